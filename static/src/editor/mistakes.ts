import { type EditorState, type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { Mistake } from './words';

/** Says what is wrong with the text as it was when it was asked about. */
export const setMistakes = StateEffect.define<Mistake[]>();

/** The line below a wrong one: "12: what, expected what". */
class Note extends WidgetType {
  constructor(readonly m: Mistake) {
    super();
  }

  override eq(o: Note): boolean {
    return o.m.line === this.m.line && o.m.text === this.m.text;
  }

  override toDOM(): HTMLElement {
    const el = document.createElement('div');
    el.className = 'cm-mistake';
    if (this.m.lang) el.lang = this.m.lang;
    el.textContent = `${this.m.line}: ${this.m.text}`;
    return el;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** The place of a mistake in a text. Columns count characters, offsets UTF-16 units. */
export function placeOf(doc: Text, m: Mistake): { from: number; to: number } {
  const line = doc.line(Math.min(Math.max(m.line, 1), doc.lines));
  if (!m.column) return { from: line.from, to: line.to };
  const chars = [...line.text];
  const off = (k: number) => chars.slice(0, k).join('').length;
  const from = line.from + off(m.column - 1);
  return { from, to: Math.max(line.from + off(m.end - 1), from) };
}

function decorate(state: EditorState, list: Mistake[]): DecorationSet {
  const out = [];
  for (const m of list) {
    const { from, to } = placeOf(state.doc, m);
    if (to > from) out.push(Decoration.mark({ class: 'cm-wrong' }).range(from, to));
    out.push(Decoration.widget({ widget: new Note(m), block: true, side: 1 }).range(state.doc.lineAt(from).to));
  }
  return Decoration.set(out, true);
}

export const mistakes: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, tr) {
    for (const e of tr.effects) if (e.is(setMistakes)) return decorate(tr.state, e.value);
    return set.map(tr.changes);
  },
  provide: (f) => EditorView.decorations.from(f),
});
