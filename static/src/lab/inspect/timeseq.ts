import { t } from '../../i18n';
import { paintBars } from '../chart/paint';
import { sequence } from '../chart/sequence';
import { schemas } from '../state';
import { fieldRef } from './causes/number';
import type { Chart } from './plot';
import { merge, type Series, upTo } from './series';

const MOD = 2 ** 32;

/** The graph of tcptrace: every segment a bar from its first byte to its last, between what is acknowledged and what may be sent. */
export function timeSequence(s: Series, k: number, iss: number, unit: (v: number) => string): Chart {
  const rel = (v: number) => (v - iss + MOD) % MOD;
  const una = upTo(s.points.SndUna, k).map((p) => ({ ...p, v: rel(p.v) }));
  const m = merge([una, upTo(s.points.SndWnd, k), upTo(s.points.SndNxt, k).map((p) => ({ ...p, v: rel(p.v) }))]);
  const edge = m.n.map((_, i) => (m.values[0][i] ?? 0) + (m.values[1][i] ?? 0));
  const top = Math.max(1, ...m.values[2].map((v) => v ?? 0));
  const { bars } = sequence(s, k);
  const from = (...fields: string[]) => fieldRef(s.subject.id, ...fields.map((f) => schemas.peek().find('tcb', f)));
  return {
    title: t('lab.chart-timeseq'),
    lines: [
      { name: t('lab.chart-acked'), color: '--syn', unit, of: from('SndUna') },
      { name: t('lab.chart-edge'), color: '--fin', dash: [5, 3], unit, of: from('SndUna', 'SndWnd') },
      { name: t('lab.chart-sent'), color: '--data', drawn: true, unit, of: from('SndNxt') },
    ],
    n: m.n,
    at: m.at,
    // The offered edge is far above what was sent, as a rule: it is drawn as far as it helps.
    values: [m.values[0], edge.map((v) => (v > top * 1.6 + 3000 ? null : v)), m.values[2]],
    draw: (u) => paintBars(u, bars),
  };
}
