import text from '../../../../docs/keys.md';
import { lang } from '../../i18n';

export type Where = 'lab' | 'diagram' | 'segment' | 'compare';

/** One row of docs/keys.md. */
export interface Key {
  keys: string[];
  where: Where;
  what: string;
  zh: string;
  command: string;
}

/** Reads the table of keys. */
export function readKeys(md: string): Key[] {
  return md
    .split('\n')
    .filter((l) => l.startsWith('| `'))
    .map((l) => {
      const [keys, where, what, zh, command] = l
        .slice(1, -1)
        .split('|')
        .map((c) => c.trim());
      return { keys: [...keys.matchAll(/`([^`]+)`/g)].map((m) => m[1]), where: where as Where, what, zh, command };
    });
}

export const keyTable = readKeys(text);

const meanings = (list: Key[]) => new Map(list.flatMap((k) => k.keys.map((name) => [name, k] as const)));
const inLab = meanings(keyTable.filter((k) => k.where !== 'compare'));
const inCompare = meanings(keyTable.filter((k) => k.where === 'compare'));

/** What a key means; nothing for most. A comparison is a page of its own, with keys of its own. */
export const meaning = (name: string, comparing = false) => (comparing ? inCompare : inLab).get(name);

/** The key of a command, for a hint. */
export const keyOf = (command: string) => keyTable.find((k) => k.command === command)?.keys[0] ?? '';

/** What a key does, in the language of the page. */
export const whatOf = (k: Key) => (lang.value.startsWith('zh') ? k.zh : k.what);

const named: Record<string, string> = { ' ': 'Space', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };

/** The signs of a US keyboard, without and with Shift. */
const signs: Record<string, [string, string]> = {
  Slash: ['/', '?'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  Comma: [',', '<'],
  Period: ['.', '>'],
};

/** A pressed key as the table spells it. What types no Latin letter goes by its place: "х" on a Russian keyboard, or "Process" from an input method. */
export function keyName(e: { key: string; code: string; shiftKey: boolean }): string {
  if (named[e.key]) return named[e.key];
  const shift = e.shiftKey ? 'Shift+' : '';
  const ascii = /^[!-~]$/.test(e.key);
  const letter = ascii ? /^[a-z]$/i.exec(e.key)?.[0] : /^Key([A-Z])$/.exec(e.code)?.[1];
  if (letter) return shift + letter.toUpperCase();
  if (ascii) return e.key;
  const sign = signs[e.code]?.[e.shiftKey ? 1 : 0] ?? /^Digit(\d)$/.exec(e.code)?.[1];
  return sign ?? shift + e.key;
}
