import { HighlightStyle, StreamLanguage, type StreamParser, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import type { Words } from './words';

interface State {
  first: boolean; // nothing has been read in this line yet
  expect: boolean;
}

/** Colours the words of a scene: those that the parser knows, by where they stand. */
function parser(w: Words): StreamParser<State> {
  const statements = new Set([...w.statements, ...w.lines]);
  const verbs = new Set(w.verbs);
  const calls = new Set(w.calls.map((c) => c.name));
  const small = new Set([...w.link, ...w.which, ...w.segments, ...w.boxes, ...w.expect, 'from', 'by', 'after', 'inside', 'to', 'until', ...w.asks]);
  const constants = new Set([...w.constants, ...w.options.map((o) => o.name), ...w.states, ...w.errnos, ...w.counters]);
  return {
    name: 'scene',
    startState: () => ({ first: true, expect: false }),
    token(s, state) {
      if (s.sol()) {
        state.first = true;
        state.expect = false;
      }
      if (s.eatSpace()) return null;
      if (s.peek() === '#') {
        s.skipToEnd();
        return 'comment';
      }
      if (s.match(/^"([^"\\]|\\.)*"?/)) return 'string';
      const first = state.first;
      state.first = false;
      if (s.match(/^\d[\w.:/%]*/)) return 'number';
      const m = s.match(/^[A-Za-z_][\w.-]*/) as RegExpMatchArray | null;
      if (!m) {
        s.next();
        return null;
      }
      const word = m[0];
      if (first && statements.has(word) && !/^\s*[(=]/.test(s.string.slice(s.pos))) {
        state.expect = word === 'expect';
        return 'keyword';
      }
      if (calls.has(word) && s.peek() === '(') return 'function';
      if (verbs.has(word) && !state.expect) return 'keyword';
      if (/^net\./.test(word)) return 'property';
      if (constants.has(word) || word === 'true' || word === 'false') return 'atom';
      if (small.has(word)) return 'modifier';
      return null;
    },
    tokenTable: { function: tags.function(tags.variableName), property: tags.propertyName, atom: tags.atom, modifier: tags.modifier },
  };
}

/** Colours YAML and Markdown by their form: keys and headings, comments, code and what stands in braces. */
const plain: StreamParser<{ start: boolean }> = {
  name: 'plain',
  startState: () => ({ start: true }),
  token(s, state) {
    if (s.sol()) state.start = true;
    if (s.eatSpace()) return null;
    const first = state.start;
    state.start = false;
    if (first && s.match(/^#{1,3} .*/)) return 'keyword'; // a heading, or a comment of YAML
    if (s.match(/^#\s.*/)) return 'comment';
    if (s.match(/^`[^`]*`/) || s.match(/^'[^']*'/) || s.match(/^"([^"\\]|\\.)*"/)) return 'string';
    if (s.match(/^\{=?[^{}:,]*\}/)) return 'atom';
    if (s.match(/^[a-z][\w-]*(?=:(\s|$))/)) return 'property';
    if (first && s.match(/^([-*]|\d+\.)(?=\s)/)) {
      state.start = true;
      return 'modifier';
    }
    if (!s.match(/^[^\s`'"{#]+/)) s.next();
    return null;
  },
  tokenTable: { property: tags.propertyName, atom: tags.atom, modifier: tags.modifier },
};

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--syn)' },
  { tag: tags.number, color: 'var(--rtx)' },
  { tag: tags.function(tags.variableName), color: 'var(--data)' },
  { tag: tags.propertyName, color: 'var(--fin)' },
  { tag: tags.atom, color: 'var(--fin)' },
  { tag: tags.modifier, color: 'var(--accent)' },
]);

export const sceneLanguage = (w: Words) => [StreamLanguage.define(parser(w)), syntaxHighlighting(colors)];

export const plainLanguage = [StreamLanguage.define(plain), syntaxHighlighting(colors)];
