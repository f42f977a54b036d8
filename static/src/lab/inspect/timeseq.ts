import { t } from '../../i18n';
import type { Chart } from './plot';
import { merge, type Series, upTo } from './series';

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const MOD = 2 ** 32;

/** The graph of tcptrace: every segment a bar from its first byte to its last, between what is acknowledged and what may be sent. */
export function timeSequence(s: Series, k: number, iss: number, unit: (v: number) => string): Chart {
  const rel = (v: number) => (v - iss + MOD) % MOD;
  const una = upTo(s.points.SndUna, k).map((p) => ({ ...p, v: rel(p.v) }));
  const m = merge([una, upTo(s.points.SndWnd, k), upTo(s.points.SndNxt, k).map((p) => ({ ...p, v: rel(p.v) }))]);
  const edge = m.n.map((_, i) => (m.values[0][i] ?? 0) + (m.values[1][i] ?? 0));
  const top = Math.max(1, ...m.values[2].map((v) => v ?? 0));
  const sends = upTo(s.sends, k);
  const heard = upTo(s.heard, k);
  return {
    title: t('lab.chart-timeseq'),
    lines: [
      { name: t('lab.chart-acked'), color: '--syn', unit },
      { name: t('lab.chart-edge'), color: '--fin', dash: [5, 3], unit },
      { name: t('lab.chart-sent'), color: '--data', drawn: true, unit },
    ],
    n: m.n,
    at: m.at,
    // The offered edge is far above what was sent, as a rule: it is drawn as far as it helps.
    values: [m.values[0], edge.map((v) => (v > top * 1.6 + 3000 ? null : v)), m.values[2]],
    draw(u) {
      const c = u.ctx;
      const bar = (at: number, from: number, to: number, stroke: string, width: number) => {
        const x = u.valToPos(at / 1e9, 'x', true);
        c.strokeStyle = stroke;
        c.lineWidth = width;
        c.beginPath();
        c.moveTo(x, u.valToPos(from, 'y', true));
        c.lineTo(x, Math.min(u.valToPos(to, 'y', true), u.valToPos(from, 'y', true) - 1.5));
        c.stroke();
      };
      c.save();
      c.beginPath();
      c.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
      c.clip();
      const r = devicePixelRatio || 1;
      const [data, again, fin, sack] = [color('--data'), color('--rtx'), color('--fin'), color('--estab')];
      for (const { at, track } of sends) {
        const p = track.packet;
        if (p.len > 0 || p.kind === 'SYN' || p.kind === 'FIN')
          bar(at, p.seq, p.seq + Math.max(1, p.len), p.retx ? again : p.kind === 'FIN' ? fin : data, p.retx ? 2.6 * r : 1.6 * r);
      }
      for (const a of heard) for (const [from, to] of a.blocks) bar(a.at, from, to, sack, 2 * r);
      c.restore();
    },
  };
}
