import { duration, instant } from '../diagram/time';
import { kindName, who } from '../diagram/words';
import { has, t } from '../i18n';
import type { BranchData } from '../model/branch';
import type { Schemas } from '../model/schema';
import type { Check, Field, Frame, Host, Subject } from '../proto';
import { isVeiled } from './veil/veil';

/** An event in one line: what happened, where. */
export function eventTitle(f: Frame, d: BranchData, hosts: Host[]): string {
  const host = hosts[f.host]?.name ?? '';
  switch (f.kind) {
    case 'arrive': {
      const p = d.history.byPacket.get(f.packet ?? 0)?.packet;
      return t('event.arrive', { host, segment: p ? kindName(p) : '' });
    }
    case 'timer':
      return t('event.timer', { host, name: f.name ?? '' });
    case 'call':
      return t('event.call', { host, name: f.name ?? '' });
    case 'act':
      return t('event.act', { by: who(f.by || 'you', true), name: f.name ?? '' });
    default:
      return t('event.link', { name: f.name ?? '' });
  }
}

/** What an event did, briefly: the segments that left, and what was lost. */
export function eventEffects(f: Frame, d: BranchData): string[] {
  const out: string[] = [];
  for (const e of f.effects ?? []) {
    const p = d.history.byPacket.get(e.n ?? 0)?.packet;
    if (e.kind === 'sent' && e.packet) out.push(t('event.sent', { segment: kindName(e.packet) + (e.packet.retx ? ` (${t('lab.retransmission', { n: e.packet.retx })})` : '') }));
    if (e.kind === 'lost' && p) out.push(t('event.lost', { segment: kindName(p) }));
    if (e.kind === 'dropped' && p) out.push(t('event.dropped', { segment: kindName(p) }));
    if (e.kind === 'returned') out.push(t('event.returned', { name: f.call ? `${f.call.name}()` : (f.name ?? ''), result: e.errno || String(e.result ?? 0) }));
  }
  return out;
}

export function announce(f: Frame, d: BranchData, hosts: Host[]): string {
  return [instant(f.at), eventTitle(f, d, hosts), ...eventEffects(f, d)].join(t('lab.aria.comma'));
}

const MAX_SEQ = 2 ** 32;

/** A variable's value as people read it. Sequence numbers count from the connection's first. */
export function value(v: number | null | undefined, field: Field, s: Subject, schemas: Schemas, now: number): string {
  if (v === null || v === undefined) return t('lab.off');
  if (isVeiled(v, field.unit)) return t('veil.short');
  switch (field.unit) {
    case 'seq:snd':
      return seq(v, schemas.value(s, 'ISS'));
    case 'seq:rcv':
      return seq(v, schemas.value(s, 'IRS'));
    case 'bool':
      return v ? t('lab.yes') : t('lab.no');
    case 'state':
      return field.names?.[v] || (v === 0 ? '–' : String(v));
    case 'duration':
      return duration(v);
    case 'time':
      return v < 0 || v > 9e18 ? '–' : instant(v);
    case 'timer':
      return v >= now ? t('lab.in', { time: duration(v - now) }) : instant(v);
    case 'flags':
      return `0x${v.toString(16)}`;
    default:
      return v === 2147483647 ? '∞' : String(v);
  }
}

/** A sequence number that was not set yet is far from everything. */
function seq(v: number, first: number | null | undefined): string {
  const d = relative(v, first);
  return v === 0 && Math.abs(d) > 2 ** 20 ? '–' : String(d);
}

function relative(v: number, first: number | null | undefined): number {
  const d = (((v - (first ?? 0)) % MAX_SEQ) + MAX_SEQ) % MAX_SEQ;
  return d > MAX_SEQ / 2 ? d - MAX_SEQ : d;
}

/** What is compared, where it is no name of a variable: "in flight". */
const operand = (l: string) => (has(`operand.${l}`) ? t(`operand.${l}`) : l);

/** A comparison with its operands: "SEG.ACK 1 = SND.NXT 1". */
export function formula(c: Check): { left: string; op: string; right: string } {
  const show = (v: number) => {
    if (isVeiled(v, c.unit ?? '')) return t('veil.short');
    switch (c.unit) {
      case 'duration':
        return duration(v);
      case 'time':
      case 'timer':
        return instant(v);
      case 'bool':
        return v ? t('lab.yes') : t('lab.no');
      default:
        return v === 2147483647 ? '∞' : String(v);
    }
  };
  if (!c.op) return { left: operand(c.l), op: '', right: '' };
  const right = c.r ? (/^-?[\d.]/.test(c.r) ? c.r : `${operand(c.r)} ${show(c.b ?? 0)}`) : show(c.b ?? 0);
  return { left: `${operand(c.l)} ${show(c.a)}`, op: c.op, right };
}

/** The chain of causes of an event, nearest first. */
export function causes(f: Frame, d: BranchData, max = 12): Frame[] {
  const out: Frame[] = [];
  for (let k = f.cause; k > 0 && out.length < max; ) {
    const c = d.frame(k);
    if (!c) break;
    out.push(c);
    k = c.cause;
  }
  return out;
}
