import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import type { Host } from '../../proto';
import { countKinds, kinds } from './marks';
import type { Overview } from './overview';

export const lanes = ['data', 'acks', 'marks', 'cwnd'] as const;
export type LaneName = (typeof lanes)[number];

/** What a lane of the map shows, in words: a head and some lines. */
export function summary(o: Overview, lane: LaneName, hosts: Host[]): [string, ...string[]] {
  switch (lane) {
    case 'data':
      return [t('map.data', { n: o.sent.data.length }), ...dataLines(o)];
    case 'acks':
      return [t('map.acks', { n: o.sent.acks.length }), ...ackLines(o)];
    case 'marks': {
      const of = o.byKind;
      return [t('map.marks', { n: o.marks.length }), ...[...kinds].reverse().flatMap((k) => (of[k].length ? [t(`map.count-${k}`, { n: of[k].length })] : []))];
    }
    case 'cwnd':
      return cwndLines(o, hosts);
  }
}

function dataLines(o: Overview): string[] {
  const all = o.sent.data.map((s) => s.t);
  const bytes = all.reduce((sum, x) => sum + x.packet.len, 0);
  const again = all.filter((x) => x.packet.retx > 0).length;
  const lost = all.filter((x) => x.turns.some((y) => y.what === 'lost')).length;
  const out = [t('map.bytes', { n: bytes })];
  if (again) out.push(t('map.count-again', { n: again }));
  if (lost) out.push(t('map.count-lost', { n: lost }));
  return out;
}

/** How ACKs come: which share answers how many segments, how many carry SACK, which were lost. */
function ackLines(o: Overview): string[] {
  const tracks = o.sent.acks.map((s) => s.t);
  const most = o.sent.data.reduce((m, s) => Math.max(m, s.t.packet.len), 0);
  const last = new Map<string, number>();
  const steps = new Map<number, number>();
  let advanced = 0;
  for (const { packet: p, connection } of tracks) {
    const key = `${connection.id} ${p.from}`;
    const by = p.ack - (last.get(key) ?? 1);
    last.set(key, Math.max(p.ack, last.get(key) ?? 0));
    if (by <= 0 || !most) continue;
    advanced++;
    const k = Math.max(1, Math.round(by / most));
    steps.set(k, (steps.get(k) ?? 0) + 1);
  }
  const out: string[] = [];
  const [k, times] = [...steps].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  if (times * 2 > advanced && advanced > 3) out.push(t('map.mostly', { n: k }));
  const sack = tracks.filter((x) => x.packet.opts.includes('sack ')).length;
  if (sack) out.push(t('map.sack', { n: sack }));
  const lost = tracks.filter((x) => x.turns.some((y) => y.what === 'lost'));
  if (lost.length) out.push(t(lost.every((x) => covered(x.packet, tracks)) ? 'map.acks-covered' : 'map.count-lost', { n: lost.length }));
  return out;
}

type Track = Overview['sent']['acks'][number]['t'];

/** Whether an ACK that says as much arrived later. */
function covered(p: Track['packet'], all: readonly Track[]): boolean {
  return all.some((x) => x.packet.from === p.from && x.packet.flow === p.flow && x.packet.sent > p.sent && x.packet.ack >= p.ack && x.turns.some((y) => y.what === 'delivered'));
}

function cwndLines(o: Overview, hosts: Host[]): [string, ...string[]] {
  const all = o.sender?.points.Cwnd.map((p) => p.v) ?? [];
  if (!all.length) return [t('map.cwnd-none')];
  const host = hosts[o.sender?.subject.host ?? -1]?.name ?? '';
  return [t('map.cwnd', { host }), t('map.cwnd-range', { least: Math.min(...all), most: Math.max(...all) }), t('map.cwnd-last', { n: all[all.length - 1] })];
}

/** What is in view, for whoever does not see the frame. */
export function inView(o: Overview, from: number, to: number): string {
  const seconds = o.axis.end >= 10e9;
  const number = (ns: number) => String(Number((ns / (seconds ? 1e9 : 1e6)).toFixed(seconds ? 2 : 1)));
  const range = t(seconds ? 'map.range-s' : 'map.range-ms', { from: number(Math.max(o.axis.start, from)), to: number(Math.min(o.axis.end, to)), of: number(o.axis.end) });
  const counts = countKinds(o.byKind, from, to);
  const what = (['lost', 'again', 'rto'] as const).filter((k) => counts[k]).map((k) => t(`map.in-${k}`, { n: counts[k] }));
  return t('map.in-view', { range, what: what.length ? what.join(t('map.comma')) : t('map.in-none') });
}

/** What stands at a mark. */
export function markSays(o: Overview, k: number): string {
  const m = o.merged[k];
  const own = `${t(`map.mark-${m.worst.kind}`, { what: m.worst.says })} · ${instant(Math.round(m.worst.at / 1e5) * 1e5)}`;
  return m.all.length > 1 ? `${own} ${t('map.and-more', { n: m.all.length - 1 })}` : own;
}
