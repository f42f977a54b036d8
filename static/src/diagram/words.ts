import { has, t } from '../i18n';
import type { Host, Packet } from '../proto';
import type { Arrow } from './arrow';
import type { Band } from './band';
import { HUES, letter } from './filter';
import type { Part, Words } from './labels';
import type { Bracket } from './lifeline';
import { duration, instant } from './time';

const fonts = {
  mono: '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  text: '11.5px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif',
  bold: '600 11.5px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif',
};

let canvas: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();

function measure(text: string, font: keyof typeof fonts): number {
  const key = font + text;
  const known = widths.get(key);
  if (known !== undefined) return known;
  canvas ??= document.createElement('canvas').getContext('2d');
  if (!canvas) return text.length * 7.4;
  canvas.font = fonts[font];
  const w = canvas.measureText(text).width + 1;
  if (widths.size > 5000) widths.clear();
  widths.set(key, w);
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

/** The words on the diagram, in the language of the page. */
export function words(opts: { options: boolean; hosts: Host[]; secret: boolean; lettered: boolean }): Words {
  return {
    measure,
    arrow(a) {
      const p = now(a);
      const c = a.track.connection;
      const tag: Part[] = opts.lettered ? [{ text: letter(c), cls: `conn h${c.id % HUES}` }] : [];
      const head: Part = { text: `${kindName(p)} ${numbers(p)}`.trim(), cls: '' };
      const extra: Part[] = [];
      if (p.retx > 0) extra.push({ text: t('lab.retransmission', { n: p.retx }), cls: 'quiet' });
      const quiet = [...extra];
      if (p.kind !== 'RST' && p.kind !== 'ICMP') quiet.push({ text: `win=${p.win}`, cls: 'quiet' });
      const full: Part[][] = opts.options && p.opts ? [[head, ...quiet, { text: `<${p.opts}>`, cls: 'quiet' }]] : [];
      const flat = [head, ...quiet];
      const again: Part = { text: `↻${p.retx}`, cls: 'quiet' };
      return [
        ...full,
        flat,
        ...(extra.length
          ? [
              [head, ...extra],
              [head, again],
            ]
          : []),
        [head],
        ...brief(p),
        [{ text: kindName(p), cls: '' }],
      ].map((parts) => [...tag, ...parts]);
    },
    fate,
    group: (b) => groupTexts(b, opts.hosts),
    bracket(b) {
      const name = timerName(b);
      if (opts.secret && b.end === 'pending') return [name];
      const left = duration(b.deadline - b.armedAt);
      return b.label ? [`${name} · ${left}`, name, left] : [left];
    },
    left: (ns) => t('lab.in', { time: duration(ns) }),
    fold: (ns, busy) => (busy ? duration(ns) : t('lab.idle', { time: duration(ns) })),
  };
}

/** "214 SYN from attacker", and what became of them. */
function groupTexts(b: Band, hosts: Host[]): string[] {
  if (b.dim) return [t('lab.group.dim', { n: b.count }), String(b.count)];
  const p = b.group.segs[0].t.packet;
  const kind = kindName(p);
  const head = t('lab.group', { n: b.count, kind, host: hosts[p.from]?.name ?? '' });
  const tail: string[] = [];
  if (b.retx) tail.push(t('lab.group.retx'));
  if (b.lost) tail.push(has(`lab.fate.${b.rule}`) ? t(`lab.fate.${b.rule}`) : t('lab.group.lost', { n: b.lost }));
  if (b.dropped) tail.push(t('lab.group.dropped', { n: b.dropped }));
  return [[head, ...tail].join(' · '), head, `${b.count} ${kind}`];
}

/** A band in a sentence. */
export function describeBand(b: Band, hosts: Host[]): string {
  return t('lab.group.aria', { what: groupTexts(b, hosts)[0], time: instant(b.group.segs[0].t.packet.sent) });
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
  return `${hosts[b.host]?.name ?? ''}: ${timerName(b)} ${t(`lab.timer-${b.end}`, { time: instant(b.deadline) })}`;
}
