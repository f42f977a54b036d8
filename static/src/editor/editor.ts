import { autocompletion, type CompletionContext, type CompletionResult, closeBrackets, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { type Offer, offer } from './complete';
import { plainLanguage, sceneLanguage } from './language';
import { mistakes, placeOf, setMistakes } from './mistakes';
import { theme } from './theme';
import type { Mistake, Words } from './words';

// The editor of scenes: a bundle of its own, fetched when somebody opens it. It lives in a
// shadow root, where its styles are constructed sheets; the page's policy lets no others in.

export interface Setup {
  text: string;
  at: number; // the cursor
  label: string;
  describedBy: string; // said after the label
  words: Words | null; // of a scene; null: another kind of text, which is coloured by its form alone
  offer?: (before: string) => Offer | null; // what may stand at the end of a line's beginning, in another kind of text
  check: (text: string) => Promise<Mistake[]>;
  changed: (text: string) => void;
  wrong: (list: Mistake[]) => void;
  run: () => void;
  leave: () => void;
}

export interface Editor {
  text: () => string;
  at: () => number;
  replace: (text: string) => void;
  goTo: (m: Mistake) => void;
  show: (list: Mistake[]) => void;
  focus: () => void;
  destroy: () => void;
}

const PAUSE = 250; // ms without typing before the text is looked at

/** Puts an editor into an element. */
export function mount(host: HTMLElement, o: Setup): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true });
  root.replaceChildren();
  const look = checker(o);
  const state = (doc: string, at = 0) => EditorState.create({ doc, selection: { anchor: Math.min(at, doc.length) }, extensions: extensions(o, look.soon) });
  const view = new EditorView({ state: state(o.text, o.at), root, parent: root as unknown as HTMLElement });
  look.begin(view);
  const goTo = (m: Mistake) => {
    const { from } = placeOf(view.state.doc, m);
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { yMargin: 60 }) });
    view.focus();
  };
  return {
    text: () => view.state.doc.toString(),
    at: () => view.state.selection.main.head,
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    goTo,
    show: (list) => {
      view.dispatch({ effects: setMistakes.of(list) });
      o.wrong(list);
    },
    focus: () => view.focus(),
    destroy: () => {
      look.end();
      view.destroy();
    },
  };
}

function extensions(o: Setup, soon: () => void): Extension {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    EditorView.lineWrapping,
    o.words ? sceneLanguage(o.words) : plainLanguage,
    autocompletion({ override: [o.words ? complete(o.words) : completePlain(o)], icons: false }),
    mistakes,
    typedOver,
    Prec.high(keymap.of([{ key: 'Mod-Enter', run: () => done(o.run) }])),
    // Tab is the page's: it moves on. Escape closes the list of words first, then leaves.
    keymap.of([...completionKeymap, { key: 'Escape', run: (v) => completionStatus(v.state) === null && done(o.leave) }, ...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': o.label, 'aria-description': o.describedBy, spellcheck: 'false', autocapitalize: 'off' }),
    EditorView.updateListener.of((u) => {
      if (!u.docChanged) return;
      o.changed(u.state.doc.toString());
      soon();
    }),
    theme,
  ];
}

/**
 * Typing over what is selected, done here: the browser would give the new letter the
 * look of the old ones by a style attribute, which the page's policy refuses.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput(e, view) {
    const range = view.state.selection.main;
    if (e.inputType !== 'insertText' || !e.data || range.empty || view.composing) return false;
    e.preventDefault();
    view.dispatch(view.state.replaceSelection(e.data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

const done = (f: () => void): boolean => {
  f();
  return true;
};

function complete(w: Words): (c: CompletionContext) => CompletionResult | null {
  return (c) => {
    const line = c.state.doc.lineAt(c.pos);
    const before = line.text.slice(0, c.pos - line.from);
    const found = offer(before, c.state.doc.toString(), inProgram(c.state, line.number, w), w);
    if (!found || (!c.explicit && !/[\w.("=]$/.test(before))) return null;
    return { from: line.from + found.from, options: found.options, validFor: /^[\w./-]*$/ };
  };
}

function completePlain(o: Setup): (c: CompletionContext) => CompletionResult | null {
  return (c) => {
    const line = c.state.doc.lineAt(c.pos);
    const before = line.text.slice(0, c.pos - line.from);
    const found = o.offer?.(before);
    if (!found || (!c.explicit && !/[\w-]$/.test(before))) return null;
    return { from: line.from + found.from, options: found.options, validFor: /^[\w-]*$/ };
  };
}

/** Whether a line belongs to a program: the nearest statement above is one. */
function inProgram(state: EditorState, n: number, w: Words): boolean {
  for (let k = n - 1; k > 0; k--) {
    const first = /^\s*([a-z]+)(?=\s|$)(?!\s*[(=])/.exec(state.doc.line(k).text)?.[1];
    if (first && w.statements.includes(first)) return first === 'program';
  }
  return false;
}

/** Asks what is wrong, a moment after the last change; an answer about an older text is dropped. */
function checker(o: Setup) {
  let view: EditorView | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    const v = view;
    if (!v) return;
    const doc = v.state.doc;
    const list = await o.check(doc.toString()).catch(() => null);
    if (!list || view !== v || v.state.doc !== doc) return;
    v.dispatch({ effects: setMistakes.of(list) });
    o.wrong(list);
    // What is told beside the text may take room from it: the cursor stays in view.
    requestAnimationFrame(() => view === v && v.hasFocus && v.dispatch({ effects: EditorView.scrollIntoView(v.state.selection.main.head, { yMargin: 40 }) }));
  };
  return {
    begin: (v: EditorView) => {
      view = v;
      void ask();
    },
    soon: () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    },
    end: () => {
      clearTimeout(timer);
      view = null;
    },
  };
}
