import { describe, expect, test } from 'vitest';
import { moved, readNumber, readTime, shuffled, spellTime } from '../src/lab/lesson/ask/guess';

describe('answers as people type them', () => {
  test('comma and point are the same, a unit may stand behind', () => {
    expect(readTime('3,2')).toBe(3.2e9);
    expect(readTime('200ms')).toBe(2e8);
    expect(readTime(' 1.5 s ')).toBe(1.5e9);
    expect(readNumber('7,5')).toBe(7.5);
  });
  test('what is no number is none', () => {
    for (const x of ['12..4', 'soon', '', '1e9', '--3', 'never']) {
      expect(readTime(x)).toBeNull();
      expect(readNumber(x)).toBeNull();
    }
  });
  test('an instant is read back as it was written', () => {
    for (const ns of [0, 1e8, 1.13e9, 3e9, 131e9]) expect(readTime(spellTime(ns))).toBe(ns);
  });
});

describe('putting in order', () => {
  const list = [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }];
  test('an item goes up or down by one, and not out of the list', () => {
    const keys = (l: { key: string }[]) => l.map((x) => x.key).join('');
    expect(keys(moved(list, 2, 1))).toBe('acbd');
    expect(keys(moved(list, 0, -1))).toBe('abcd');
    expect(keys(moved(list, 3, 4))).toBe('abcd');
  });
  test('the order shown first holds every item and is not the one in which they were written', () => {
    expect(shuffled(list).map((x) => x.key)).not.toEqual(list.map((x) => x.key));
    expect(
      shuffled(list)
        .map((x) => x.key)
        .sort(),
    ).toEqual(['a', 'b', 'c', 'd']);
    expect(shuffled(list)).toEqual(shuffled(list));
  });
});
