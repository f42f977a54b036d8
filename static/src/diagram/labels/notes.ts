import { boxQuad, type Quad } from '../geom';
import type { Layout, MarginLabel, NoteBox, Words } from '../sheet';
import { shorten } from './shorten';

/** The words of a note in so many pixels; of an error, its name comes first. */
export function noteText(box: NoteBox, room: number, words: Words): string {
  const { note } = box;
  return shorten(note.what === 'error' && words.measure(note.text, 'mono') > room ? note.text.replace(/^.*→ /, '') : note.text, room, words);
}

interface Got {
  label: MarginLabel;
  quad: Quad;
}

function at(box: NoteBox, x: number, y: number, side: -1 | 1, edge: number, room: number, words: Words): Got {
  const text = noteText(box, room, words);
  const w = words.measure(text, 'mono');
  const label: MarginLabel = {
    key: `n${box.note.n}.${box.note.text.replace(/ ×\d+$|…?→.*$/, '')}`,
    what: 'note',
    cls: box.note.what,
    lines: [[{ text, cls: '' }]],
    x,
    y,
    side,
    w,
    lead: [
      { x: x - side * 3, y },
      { x: edge + side * 5, y: box.y },
    ],
    y0: box.y,
    y1: box.y,
    ids: [],
    note: { ...box, x, y, side, anchor: { x: edge, y: box.y } },
    inner: true,
  };
  return { label, quad: boxQuad(side < 0 ? x - w : x, y - 9, w, 15) };
}

/** A note between two lifelines: beside its own where there is room, else only a mark. */
export function innerNote(box: NoteBox, l: Layout, words: Words, clear: (q: Quad) => boolean): Got | null {
  const c = l.columns[box.col];
  for (const side of [1, -1] as const) {
    const x = side > 0 ? box.x : c.x - c.half - 11;
    for (const dy of [0, 8, -8, 14, -14]) {
      const got = at(box, x, box.y + dy, side, c.x + side * c.half, box.room, words);
      const { text } = got.label.lines[0][0];
      if (text.length < 4 || text.endsWith('…') || !clear(got.quad)) continue;
      return got;
    }
  }
  return null;
}

/** What would be cut at the outer side may have room at the inner one. */
export function otherSide(box: NoteBox, l: Layout, words: Words, clear: (q: Quad) => boolean): Got | null {
  if (!noteText(box, box.room, words).endsWith('…')) return null;
  const c = l.columns[box.col];
  const side = box.side < 0 ? 1 : -1;
  const got = at(box, c.x + side * (c.half + 12), box.y, side, c.x + side * c.half, l.width * 0.4, words);
  return !got.label.lines[0][0].text.endsWith('…') && clear(got.quad) ? got : null;
}
