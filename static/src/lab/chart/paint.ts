import type uPlot from 'uplot';
import { firstAt } from '../minimap/bins';
import type { Bar, BarKind } from './sequence';

const looks: Record<BarKind, [color: string, letter: string]> = {
  sent: ['--data', ''],
  again: ['--rtx', 'R'],
  ack: ['', ''],
  dup: ['--syn', ''],
  sack: ['--fin', ''],
  dsack: ['--fin', 'D'],
  zero: ['--lost', 'Z'],
};

const FEW = 8;
const ROOM = 500; // pixels of width for numbers beside marks

/** Colours of the page; where the system forces its own, that of text. */
export function inks(): (name: string) => string {
  const css = getComputedStyle(document.documentElement);
  const forced = matchMedia('(forced-colors: active)').matches;
  const known = new Map<string, string>();
  return (name) => {
    if (forced) return 'CanvasText';
    if (!known.has(name)) known.set(name, css.getPropertyValue(name).trim());
    return known.get(name) ?? '';
  };
}

/** Draws the marks that are in view, as tcptrace does: bars with ends for what was sent, letters for what is special. */
export function paintBars(u: uPlot, bars: readonly Bar[]): void {
  const c = u.ctx;
  const r = devicePixelRatio || 1;
  const ink = inks();
  const [x0, x1] = [(u.scales.x.min ?? 0) * 1e9, (u.scales.x.max ?? 0) * 1e9];
  c.save();
  c.beginPath();
  c.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  c.clip();
  c.font = `${600} ${11 * r}px ui-monospace, Menlo, Consolas, monospace`;
  c.textAlign = 'center';
  c.setLineDash([]);
  const shown = bars.slice(firstAt(bars, x0 - (x1 - x0) / 50), firstAt(bars, x1));
  const few = u.bbox.width > ROOM * r && shown.filter((b) => b.lost || b.kind === 'again').length <= FEW;
  for (const b of shown) {
    const x = u.valToPos(b.at / 1e9, 'x', true);
    bar(c, b, x, u.valToPos(b.from, 'y', true), u.valToPos(b.to, 'y', true), r, ink);
    if (few) number(c, b, x, u.valToPos(b.from, 'y', true), r, ink);
  }
  c.restore();
}

function bar(c: CanvasRenderingContext2D, b: Bar, x: number, low: number, top: number, r: number, ink: (name: string) => string): void {
  const [color, letter] = looks[b.kind];
  if (!color) return; // the line of what is acknowledged shows it
  c.strokeStyle = c.fillStyle = ink(color);
  c.lineWidth = (b.kind === 'again' ? 2.6 : b.kind === 'sent' ? 2 : 1.6) * r;
  c.beginPath();
  if (b.kind === 'dup') {
    c.moveTo(x, low);
    c.lineTo(x, low + 6 * r);
  } else if (b.kind !== 'zero') {
    c.moveTo(x, low);
    c.lineTo(x, Math.min(top, low - 2 * r));
  }
  c.stroke();
  if ((b.kind === 'sent' || b.kind === 'again') && low - top > 14 * r) ends(c, x, low, top, 3 * r);
  if (letter) c.fillText(letter, x, b.kind === 'again' ? low + 11 * r : low - (low - top) - 3 * r);
  if (!b.lost) return;
  const [y, k] = [(low + top) / 2, 4.5 * r];
  c.strokeStyle = ink('--lost');
  c.lineWidth = 2 * r;
  c.beginPath();
  c.moveTo(x - k, y - k);
  c.lineTo(x + k, y + k);
  c.moveTo(x + k, y - k);
  c.lineTo(x - k, y + k);
  c.stroke();
}

/** The number of what was lost or sent again, where there are few of them. */
function number(c: CanvasRenderingContext2D, b: Bar, x: number, low: number, r: number, ink: (name: string) => string): void {
  if (!b.lost && b.kind !== 'again') return;
  c.fillStyle = ink(b.lost ? '--lost' : '--rtx');
  c.textAlign = 'left';
  c.fillText(String(b.from), x + 8 * r, b.lost ? low + 3 * r : low + 11 * r);
  c.textAlign = 'center';
}

/** The arrows at both ends of a bar. */
function ends(c: CanvasRenderingContext2D, x: number, low: number, top: number, k: number): void {
  c.beginPath();
  c.moveTo(x - k, top + k);
  c.lineTo(x, top);
  c.lineTo(x + k, top + k);
  c.moveTo(x - k, low - k);
  c.lineTo(x, low);
  c.lineTo(x + k, low - k);
  c.stroke();
}
