import { describe, expect, test, vi } from 'vitest';
import { keyName, keyTable, meaning } from '../src/lab/toolbar/keytable';

vi.stubGlobal('document', { documentElement: { dataset: {} } });
const { commandNames } = await import('../src/lab/toolbar/keys');
const { compareCommands } = await import('../src/lab/compare/move');

describe('the table of keys', () => {
  test('has a row for everything that a key does, and does everything that it says', () => {
    expect(keyTable.map((k) => k.command).sort()).toEqual([...commandNames(), ...compareCommands()].sort());
    for (const k of keyTable) {
      expect(k.keys.length, k.command).toBeGreaterThan(0);
      expect(['lab', 'diagram', 'segment', 'compare']).toContain(k.where);
      expect(k.what, k.command).toMatch(/^[A-Z]/);
      expect(k.zh, k.command).toMatch(/[一-鿿]/);
    }
  });
  test('gives no key two meanings, and leaves alone those of a class', () => {
    const compare = keyTable.filter((k) => k.where === 'compare').flatMap((k) => k.keys);
    expect(new Set(compare).size).toBe(compare.length);
    const all = keyTable.filter((k) => k.where !== 'compare').flatMap((k) => k.keys);
    expect(new Set(all).size).toBe(all.length);
    for (const room of ['PageUp', 'PageDown', 'B', '.', 'F5', 'G', 'J', '1', '4']) expect(all).not.toContain(room);
  });
  test('goes back by ← alone, which no class uses', () => {
    expect(meaning('←')?.command).toBe('back');
    expect(keyTable.find((k) => k.command === 'back')?.keys).toEqual(['←']);
  });
});

describe('a key that is pressed', () => {
  const name = (key: string, code: string, shiftKey = false) => keyName({ key, code, shiftKey });
  test.each([
    ['x', 'KeyX', false, 'X'],
    ['X', 'KeyX', true, 'Shift+X'],
    ['x', 'KeyB', false, 'X'], // Dvorak: what it types counts
    ['Process', 'KeyX', false, 'X'], // a Chinese input method is on
    ['Unidentified', 'KeyX', false, 'X'],
    ['ч', 'KeyX', false, 'X'], // a Russian keyboard
    ['？', 'Slash', true, '?'], // full width
    ['、', 'Slash', false, '/'],
    ['【', 'BracketLeft', false, '['],
    ['?', 'Minus', true, '?'], // a German keyboard
    [' ', 'Space', false, 'Space'],
    ['ArrowLeft', 'ArrowLeft', false, '←'],
    ['F6', 'F6', true, 'Shift+F6'],
    ['Process', 'Digit0', false, '0'],
  ])('%s at %s, Shift %s, is %s', (key, code, shift, want) => expect(name(key, code, shift)).toBe(want));
});
