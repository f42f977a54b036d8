import { has, t } from '../i18n';
import type { Turn } from '../model/history';
import type { Host, Packet } from '../proto';
import { HUES, letter } from './filter';
import { numberOf } from './labels/runs';
import type { Seg } from './seg';
import type { Arrow, Band, Bracket, LabelRun, Part, Words } from './sheet';
import { duration, instant } from './time';

const fonts = {
  mono: '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  text: '11.5px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif',
  bold: '600 11.5px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif',
};

let canvas: CanvasRenderingContext2D | null | undefined;
const widths = { mono: new Map<string, number>(), text: new Map<string, number>(), bold: new Map<string, number>() };

function measure(text: string, font: keyof typeof fonts): number {
  const known = widths[font].get(text);
  if (known !== undefined) return known;
  canvas ??= document.createElement('canvas').getContext('2d');
  if (!canvas) return text.length * 7.4;
  canvas.font = fonts[font];
  const w = canvas.measureText(text).width + 1;
  if (widths[font].size > 5000) widths[font].clear();
  widths[font].set(text, w);
  return w;
}

/** What a segment is now: as it was sent, or as it was changed on the way. */
export function now(a: Arrow): Packet {
  let p = a.track.packet;
  for (const x of a.track.turns) if (x.what === 'edited' && x.packet) p = x.packet;
  return p;
}

export function kindName(p: Packet): string {
  return p.kind === 'NONE' ? p.flags || '∅' : p.kind;
}

const hasAck = (p: Packet) => p.flags.includes('.');

function numbers(p: Packet): string {
  const out: string[] = [];
  if (p.kind !== 'ACK' || p.len > 0) out.push(`seq=${p.seq}`);
  if (hasAck(p)) out.push(`ack=${p.ack}`);
  if (p.len > 0) out.push(`len=${p.len}`);
  return out.join(' ');
}

/** What is left of the numbers where room is scarce. */
function brief(p: Packet): Part[][] {
  const say = (text: string): Part[] => [{ text: `${kindName(p)} ${text}`, cls: '' }];
  if (p.len > 0) return [say(`seq=${p.seq} len=${p.len}`), say(`seq=${p.seq}`)];
  if (p.kind === 'ACK' || !hasAck(p)) return [];
  return [say(`seq=${p.seq}`)];
}

const windowed = (p: Packet) => p.kind !== 'RST' && p.kind !== 'ICMP';
const sackEnd = (p: Packet) => /sack \d+:(\d+)/.exec(p.opts)?.[1];

/** The fields in which a segment differs from the like one before it. */
function differing(p: Packet, q: Packet): Part[] {
  const out: string[] = [];
  if (p.kind === 'ACK' && p.ack === q.ack && p.len === 0) out.push(t('lab.label.again', { n: p.ack }));
  else if (p.kind === 'ACK' && p.len === 0) out.push(`ack=${p.ack}`);
  else out.push(`seq=${p.seq}`);
  if (p.kind !== 'ACK' && p.ack !== q.ack) out.push(`ack=${p.ack}`);
  if (p.len !== q.len) out.push(`len=${p.len}`);
  const quiet: string[] = [];
  if (windowed(p) && p.win !== q.win) quiet.push(`win=${p.win}`);
  if (p.flags.includes('P') && !q.flags.includes('P')) quiet.push('PSH');
  const end = sackEnd(p);
  if (end && end !== sackEnd(q)) quiet.push(`SACK …:${end}`);
  return [{ text: `${kindName(p)} ${out.join(' ')}`, cls: '' }, ...quiet.map((text) => ({ text, cls: 'quiet' }))];
}

/** Labels along the line of a segment, the fullest first. */
function along(a: Arrow, before: Seg | null, options: boolean): Part[][] {
  const p = now(a);
  const head: Part = { text: `${kindName(p)} ${numbers(p)}`.trim(), cls: '' };
  const full = options && p.opts ? [{ text: `<${p.opts}>`, cls: 'quiet' }] : [];
  const extra: Part[] = p.retx > 0 ? [{ text: t('lab.retransmission', { n: p.retx }), cls: 'quiet' }] : [];
  const quiet: Part[] = [...extra, ...(windowed(p) ? [{ text: `win=${p.win}`, cls: 'quiet' }] : [])];
  const out: Part[][] = [];
  if (full.length) out.push([head, ...quiet, ...full]);
  if (before && !options) {
    const short = differing(p, before.t.packet);
    out.push(short, [short[0]]);
  } else {
    out.push([head, ...quiet]);
    if (extra.length) out.push([head, ...extra], [head, { text: `↻${p.retx}`, cls: 'quiet' }]);
    out.push([head]);
  }
  return [...out, ...brief(p), [{ text: kindName(p), cls: '' }]];
}

/** Labels of a run beside its lifeline: one line, or two with all fields. */
function beside(r: LabelRun, lost: Turn | undefined, options: boolean): Part[][][] {
  const p = r.segs[0].t.packet;
  const q = r.segs[r.segs.length - 1].t.packet;
  const k = r.segs.length;
  const num = String(numberOf(p));
  const one = (...parts: (string | Part)[]): Part[][] => [parts.filter(Boolean).map((x) => (typeof x === 'string' ? { text: x, cls: 'quiet' } : x))];
  const strong = (text: string): Part => ({ text, cls: 'strong' });
  const plain = (text: string): Part => ({ text, cls: '' });
  if (k > 1) {
    const end = sackEnd(q);
    const step = r.by > 0 ? `+${r.by}` : num;
    const to = end && r.by === 0 ? `SACK …:${end}` : r.by > 0 ? `→ ${numberOf(q)}` : '';
    return [one(plain(step), `×${k}`, plain(to)), one(plain(r.by > 0 ? `→${numberOf(q)}` : num), `×${k}`), one(`×${k}`)];
  }
  const again = p.retx > 0 ? t('lab.label.resent', { n: p.retx }) : '';
  if (lost) return [one(strong(num), plain(`× ${ending(lost, 'dropped')}`)), one(strong(num), plain('×')), one(plain(num))];
  if (r.before) {
    const [head, ...rest] = differing(p, r.before.t.packet);
    const short = head.text.replace(/^\S+ (?:seq|ack)=/, '').replace(/^ACK /, '');
    return [one(plain(short), ...rest), one(plain(short)), one(plain(num))];
  }
  const fields = [p.len > 0 ? `len=${p.len}` : '', p.kind !== 'ACK' && hasAck(p) ? `ack=${p.ack}` : '', windowed(p) ? `win=${p.win}` : '', options && p.opts ? `<${p.opts}>` : '']
    .filter(Boolean)
    .join(' ');
  const head = strong(`${kindName(p)} ${p.kind === 'ACK' ? 'ack' : 'seq'}=${num}`);
  const out: Part[][][] = [];
  if (again) out.push(one(head, plain(again)), one(strong(num), plain(again)), one(strong(num), plain(`↻${p.retx}`)));
  else if (fields) out.push([[head], [{ text: fields, cls: 'quiet' }]]);
  const sack = sackEnd(p);
  if (sack) out.push(one(head, `SACK …:${sack}`));
  return [...out, one(head), one(strong(`${kindName(p)} ${num}`)), one(strong(num))];
}

/** Words about something, made anew only when what they say of it depends on something else: a step asks for those of everything in view. */
function asBefore<K extends object, V>(): (of: K, by: unknown[], make: () => V) => V {
  const known = new WeakMap<K, { by: unknown[]; said: V }>();
  return (of, by, make) => {
    const had = known.get(of);
    if (had?.by.every((x, i) => x === by[i])) return had.said;
    const said = make();
    known.set(of, { by, said });
    return said;
  };
}

/** The words on the diagram, in the language of the page. */
export function words(opts: { options: boolean; hosts: Host[]; secret: boolean; lettered: boolean }): Words {
  const tag = (s: Seg): Part[] => (opts.lettered ? [{ text: letter(s.t.connection), cls: `conn h${s.t.connection.id % HUES}` }] : []);
  const arrows = asBefore<Arrow, Part[][]>();
  const runs = asBefore<Seg, Part[][][]>();
  return {
    measure,
    arrow: (a, before) => arrows(a, [before, a.track.turns.length], () => along(a, before, opts.options).map((parts) => [...tag(a.seg), ...parts])),
    run(r, n) {
      const lost = r.segs[0].t.turns.find((x) => x.what === 'lost' && x.n <= n);
      const make = () => beside(r, lost, opts.options).map(([first, ...more]) => [[...tag(r.segs[0]), ...first], ...more]);
      return runs(r.segs[0], [r.segs.length, r.by, r.before, lost], make);
    },
    fate,
    group: (b) => groupTexts(b, opts.hosts),
    bracket(b) {
      const name = timerName(b);
      if (untold(b) || (opts.secret && b.end === 'pending')) return [name];
      const left = duration(b.deadline - b.armedAt);
      return b.label ? [`${name} · ${left}`, name, left] : [left];
    },
    left: (ns) => t('lab.in', { time: duration(ns) }),
    cut: (ns, busy) => t(busy ? 'lab.cut-busy' : 'lab.idle', { time: duration(ns) }),
    more: (k) => t('lab.label.more', { n: k }),
  };
}

/** "214 SYN from attacker", from which number to which, and what became of them. */
function groupTexts(b: Band, hosts: Host[]): string[] {
  if (b.dim) return [t('lab.group.dim', { n: b.count }), String(b.count)];
  const p = b.segs[0].t.packet;
  const q = b.segs[b.segs.length - 1].t.packet;
  const kind = kindName(p);
  const head = t('lab.group', { n: b.count, kind, host: hosts[p.from]?.name ?? '' });
  const counts = p.kind === 'DATA' || p.kind === 'ACK';
  const range = counts && numberOf(p) !== numberOf(q) ? `${numberOf(p)} … ${numberOf(q)}` : '';
  const tail: string[] = [];
  if (b.retx) tail.push(t('lab.group.retx'));
  if (b.lost) tail.push(has(`lab.fate.${b.rule}`) ? t(`lab.fate.${b.rule}`) : t('lab.group.lost', { n: b.lost }));
  if (b.dropped) tail.push(t('lab.group.dropped', { n: b.dropped }));
  const out = [[head, range, ...tail].filter(Boolean).join(' · '), [head, ...tail].join(' · '), head, `${b.count} ${kind}`];
  if (range) out.splice(2, 0, `${b.count} ${kind} ${range}`);
  return out;
}

/** A band in a sentence. */
export function describeBand(b: Band, hosts: Host[]): string {
  return t('lab.group.aria', { what: groupTexts(b, hosts)[0], time: instant(b.segs[0].at) });
}

/** Who acted, as the page's language calls them. */
export function who(by: string, sentence = false): string {
  const guest = /^guest (\d+)$/.exec(by);
  if (guest) return t('share.guest', { n: guest[1] });
  const key = `who.${by}`;
  if (!has(key)) return by;
  return sentence ? t(key) : t(key).replace(/^(The|You)\b/, (m) => m.toLowerCase());
}

export function timerName(b: { kind: string; label: string }): string {
  if (b.kind) {
    const key = `lab.timer.${b.kind}`;
    return has(key) ? t(key) : b.kind;
  }
  const key = `lab.timer.${b.label}`;
  return has(key) ? t(key) : b.label;
}

/** What ended or changed a segment's way, and who did it. */
export function fate(a: Arrow): string {
  const turn = a.ended;
  if (!turn) return '';
  const waited = turn.what === 'moved' && a.track.turns.some((x) => x.what === 'held' && x.n <= turn.n);
  const key = waited ? 'held' : { lost: 'dropped', dropped: 'discarded', held: 'held', moved: 'delayed', edited: '', delivered: '' }[turn.what];
  if (!key) return '';
  return ending(turn, key);
}

/** What ended a segment's way, and who did it. */
function ending(turn: Turn, key: string): string {
  const rule = `lab.fate.${turn.rule}`;
  if (!turn.by && has(rule)) return t(rule);
  if (turn.by) return turn.by === 'you' ? t(`lab.fate.${key}-by-you`) : t(`lab.fate.${key}-by`, { who: who(turn.by) }).replace(/(\p{sc=Han}) (?=\p{sc=Han})/gu, '$1');
  return t(`lab.fate.${key}`);
}

/** A segment in a sentence, for those who do not see it. */
export function describe(a: Arrow, hosts: Host[]): string {
  const p = now(a);
  const name = (i: number) => hosts[i]?.name ?? '';
  const parts = [t('lab.aria.segment', { kind: kindName(p), from: name(p.from), to: name(p.to), time: instant(p.sent) })];
  parts.push(numbers(p));
  if (p.retx > 0) parts.push(t('lab.retransmission', { n: p.retx }));
  if (p.copyOf) parts.push(t('lab.aria.copy'));
  if (a.forged) parts.push(t('lab.aria.forged'));
  if (a.bad) parts.push(t('lab.aria.bad'));
  if (a.edited) parts.push(t('lab.aria.edited'));
  const end = fate(a);
  if (end) parts.push(end);
  else if (a.fate === 'delivered') parts.push(t('lab.aria.arrived', { time: instant(a.track.turns.find((x) => x.what === 'delivered')?.at ?? 0) }));
  else if (a.fate === 'flying') parts.push(t('lab.aria.flying'));
  return parts.filter(Boolean).join(t('lab.aria.comma'));
}

export function describeBracket(b: Bracket, hosts: Host[]): string {
  return `${hosts[b.host]?.name ?? ''}: ${timerName(b)} ${t(untold(b) ? 'lab.timer-untold' : `lab.timer-${b.end}`, { time: instant(b.deadline) })}`;
}

/** The server keeps a deadline back that would answer the open question. */
const untold = (b: Bracket): boolean => b.deadline < b.armedAt;

/** Every field of a segment in one line: what its label may leave out. */
export function allFields(a: Arrow): string {
  const p = now(a);
  const out = [`${kindName(p)} ${numbers(p)}`.trim()];
  if (p.kind !== 'ICMP') out.push(`win=${p.win}`);
  if (p.flags.includes('P')) out.push('PSH');
  if (p.retx > 0) out.push(t('lab.retransmission', { n: p.retx }));
  if (p.opts) out.push(`<${p.opts}>`);
  return out.join(' ');
}
