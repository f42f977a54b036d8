import type { Note } from '../model/history';
import { eventY } from './places';
import type { NoteBox, Sheet } from './sheet';

const JOIN = 16; // pixels: like notes that are closer are one

/** The notes between two instants, like ones that lie close together joined. */
export function notesIn(s: Sheet, t0: number, t1: number, from: number, to: number): NoteBox[] {
  const { notes } = s.run.s.history;
  const out: NoteBox[] = [];
  const last = new Map<string, { box: NoteBox; first: Note; y: number; k: number }>();
  for (let i = firstAt(notes, t0); i < notes.length && notes[i].at <= t1; i++) {
    const note = notes[i];
    if (note.n > s.n) break;
    const y = eventY(s, note.n);
    if (y < from - 40 || y > to + 40) continue;
    const key = keyOf(note);
    const had = last.get(key);
    if (had && y - had.y < JOIN && note.what !== 'sysctl' && note.what !== 'act') {
      had.k++;
      had.y = y;
      had.box.note = joined(had.first, note, had.k);
      continue;
    }
    const box = noteBox(note, y, s, false);
    last.set(key, { box, first: note, y, k: 1 });
    out.push(box);
  }
  for (const p of s.planned) if (p.y >= from - 40 && p.y <= to + 40) out.push(noteBox(p.note, p.y, s, true));
  return out;
}

const keys = new WeakMap<Note, string>();

/** What notes have in common that may be joined. */
function keyOf(note: Note): string {
  const key = keys.get(note) ?? `${note.host} ${note.what} ${note.text.replace(/(→| \d).*$/, '')}`;
  keys.set(note, key);
  return key;
}

function firstAt(notes: readonly Note[], t: number): number {
  let lo = -1;
  let hi = notes.length;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (notes[mid].at < t) lo = mid;
    else hi = mid;
  }
  return hi;
}

/** A note with those joined to it: a queue from its first length to its last, a call with how often it returned. */
function joined(first: Note, last: Note, k: number): Note {
  if (first.what === 'queue' && k === 2) return { ...first, text: first.text + last.text.replace(/^.*→/, '→') };
  if (first.what !== 'queue') return { ...first, text: `${first.text} ×${k}` };
  return { ...first, text: first.text.replace(/→.*$/, last.text.replace(/^.*→/, '…→')) };
}

function noteBox(note: Note, y: number, s: Sheet, planned: boolean): NoteBox {
  const col = s.run.s.colOf[Math.max(0, note.host)] ?? 0;
  const c = s.columns[col];
  return { note, col, y, x: marginX(c), side: c.side, anchor: { x: c.x + c.side * c.half, y }, room: marginRoom(c), planned };
}

/** Where the words beside a lifeline begin. */
export function marginX(c: Sheet['columns'][number]): number {
  return c.x + c.side * (c.half + c.lanes * c.laneW + 14);
}

/** How wide they may be: letters are smaller where it is narrow. */
export function marginRoom(c: Sheet['columns'][number]): number {
  return (c.notes - 8) * (c.laneW < 20 ? 12 / 11 : 1);
}
