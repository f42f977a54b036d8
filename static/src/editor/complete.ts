import { hostsIn, type Words } from './words';

/** One word that could stand here. */
export interface Option {
  label: string;
  type: string;
  detail?: string;
  info?: string;
  apply?: string;
}

/** What could stand at the end of a line's beginning, and how much of it is there already. */
export interface Offer {
  from: number; // in the line
  options: Option[];
}

const plain = (list: string[], type: string): Option[] => list.map((label) => ({ label, type }));

/** The words that fit after `before`, the line up to the cursor; `text` is the whole scene. */
export function offer(before: string, text: string, inProgram: boolean, w: Words): Offer | null {
  if (/^[^"]*("[^"]*"[^"]*)*#/.test(before)) return null; // a comment
  const quoted = /counters\["([\w]*)$/.exec(before);
  if (quoted) return { from: before.length - quoted[1].length, options: plain(w.counters, 'constant') };
  const word = /[\w./-]*$/.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - word.length);
  const hosts = plain(hostsIn(text), 'variable');
  const parts = head.trim().split(/\s+/).filter(Boolean);
  const at = (options: Option[]): Offer => ({ from: head.length, options });
  if (parts[0] === 'expect') return condition(head, word, hosts, parts, w);
  if (!parts.length) return at([...(inProgram ? lines(w) : []), ...plain(w.statements, 'keyword')]);
  if (inProgram && (parts[0] === 'if' || parts[0] === 'loop')) return flow(head, parts, w, at);
  if (inProgram && /[(=,]\s*$/.test(head)) return call(head, hosts, w, at);
  if (inProgram && !w.statements.includes(parts[0])) return null;
  return statement(parts, hosts, w, at);
}

function statement(parts: string[], hosts: Option[], w: Words, at: (o: Option[]) => Offer): Offer | null {
  const k = parts.length;
  switch (parts[0]) {
    case 'link':
      if (k <= 2 && !parts.includes('>')) return at(hosts);
      if (parts[k - 1] === '>') return at(hosts);
      return at(plain(w.link, 'property'));
    case 'sysctl':
      return k === 1 ? at(hosts) : k === 2 ? at(settings(w)) : null;
    case 'kernel':
      return at(k === 1 ? [...plain(w.kernels, 'constant'), ...hosts] : plain(w.kernels, 'constant'));
    case 'program':
    case 'offload':
      return k === 1 ? at(hosts) : null;
    case 'box':
      return k === 2 ? at(plain(w.boxes, 'type')) : null;
    case 'rule':
      return k === 1 ? at(hosts) : null;
    case 'at':
      return k < 2 ? null : operation(parts.slice(2), hosts, w, at);
  }
  return null;
}

/** After "at TIME": an intervention. */
function operation(parts: string[], hosts: Option[], w: Words, at: (o: Option[]) => Offer): Offer | null {
  const k = parts.length;
  if (k === 0) return at(plain(w.verbs, 'keyword'));
  const last = parts[k - 1];
  if (last === 'from') return at(hosts);
  switch (parts[0]) {
    case 'sysctl':
      return k === 1 ? at(hosts) : k === 2 ? at(settings(w)) : null;
    case 'forge':
      return k <= 2 && last !== '>' && k === 1 ? at(hosts) : last === '>' ? at(hosts) : at(plain(w.forge, 'property'));
    case 'edit':
      if (k > 2 && w.segments.includes(parts[2])) return at([...plain(['from'], 'keyword'), ...plain(w.edit, 'property')]);
      break;
    case 'drop':
    case 'delay':
    case 'hold':
    case 'release':
    case 'duplicate':
    case 'corrupt':
      break;
    default:
      return at(hosts);
  }
  if (k === 1) return at(plain(w.which, 'keyword'));
  if (k === 2) return at(plain(w.segments, 'type'));
  return at(plain(['from', 'by', 'after'], 'keyword'));
}

const settings = (w: Words): Option[] =>
  w.settings.map((s) => ({ label: s.name, type: 'property', detail: s.default, info: [s.about, s.takes].filter(Boolean).join(' · '), apply: `${s.name} = ` }));

const lines = (w: Words): Option[] => [
  ...w.calls.map((c) => ({ label: c.name, type: 'function', detail: `(${c.args})`, apply: `${c.gives ? 'c = ' : ''}${c.name}(` })),
  ...plain(w.lines, 'keyword'),
];

/** After "if" or "loop": what a program asks about its calls. */
function flow(head: string, parts: string[], w: Words, at: (o: Option[]) => Offer): Offer | null {
  const last = parts[parts.length - 1];
  if (last === 'if' || last === 'until') return at(plain(w.asks, 'variable'));
  if (/errno\s*[=!]=\s*$/.test(head)) return at(plain(w.errnos, 'constant'));
  return parts[0] === 'loop' && parts.length < 3 && !parts.includes('until') ? at(plain(['until'], 'keyword')) : null;
}

/** Between the parentheses of a call, or after "c =". */
function call(head: string, hosts: Option[], w: Words, at: (o: Option[]) => Offer): Offer {
  if (/=\s*$/.test(head)) return at(w.calls.filter((c) => c.gives).map((c) => ({ label: c.name, type: 'function', detail: `(${c.args})`, apply: `${c.name}(` })));
  if (/[sg]etsockopt\([^)]*,\s*$/.test(head)) return at(w.options.map((o) => ({ label: o.name, type: 'constant', detail: o.value, info: o.means })));
  if (/(connect|bind|sendto)\([^)]*$/.test(head)) return at(hosts.map((h) => ({ ...h, apply: `${h.label}:80` })));
  return at(plain(w.constants, 'constant'));
}

/** After "expect": when, and then a condition. */
function condition(head: string, word: string, hosts: Option[], parts: string[], w: Words): Offer | null {
  if (parts.length === 1) return { from: head.length, options: plain(w.expect, 'keyword') };
  if (parts[1] === 'at' && parts.length === 2) return null;
  const dot = word.lastIndexOf('.');
  if (dot >= 0) return { from: head.length + dot + 1, options: plain(word.slice(0, dot) === 'event' ? w.event : w.host, 'property') };
  if (/(state|states\.)\s*[=!]=\s*$/.test(head)) return { from: head.length, options: plain(w.states, 'constant') };
  if (/errno\s*[=!]=\s*$/.test(head)) return { from: head.length, options: plain(w.errnos, 'constant') };
  return { from: head.length, options: [...hosts, ...plain(['now', 'step', 'event'], 'variable'), ...plain(w.functions, 'function'), ...plain(w.states, 'constant')] };
}
