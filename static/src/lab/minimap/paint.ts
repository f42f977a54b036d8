import type { Overview } from './overview';

/** Where the lanes are on a map of some width. */
export interface Places {
  states: number;
  data: [number, number]; // from, to
  acks: [number, number];
  marks: number; // its middle
  cwnd: [number, number];
}

export function places(width: number): Places {
  const gutter = width >= 90 ? 29 : 5;
  const room = width - gutter - 5 - 18;
  const a = gutter + 5;
  const b = a + room * 0.36;
  const c = b + room * 0.26;
  return { states: gutter, data: [a, b - 2], acks: [b, c - 2], marks: c + 8, cwnd: [c + 18, width - 3] };
}

/** The colours that a map is drawn with. */
export type Palette = Record<'ink' | 'muted' | 'line' | 'data' | 'ack' | 'lost' | 'rtx' | 'estab' | 'opening' | 'closing' | 'closed' | 'tw' | 'off' | 'bg', string>;

/** As the page has them; where the system forces its own, only those. */
export function palette(el: Element): Palette {
  const css = getComputedStyle(el);
  const forced = matchMedia('(forced-colors: active)').matches;
  const get = (name: string) => (forced ? 'CanvasText' : css.getPropertyValue(`--${name}`).trim());
  const names = ['ink', 'muted', 'line', 'data', 'ack', 'lost', 'rtx', 'estab', 'opening', 'closing', 'closed', 'tw'] as const;
  const own = Object.fromEntries(names.map((n) => [n, get(n)])) as Omit<Palette, 'bg' | 'off'>;
  return { ...own, off: own.closed, bg: forced ? 'Canvas' : css.getPropertyValue('--bg').trim() };
}

export function paint(c: CanvasRenderingContext2D, o: Overview, width: number, p: Palette): void {
  const at = places(width);
  c.clearRect(0, 0, width, o.height);
  hatch(c, o, at, width, p);
  labels(c, o, at, p);
  for (const s of o.states) {
    c.fillStyle = p[s.tone as keyof Palette] ?? p.closed;
    c.fillRect(at.states, s.y0, 3, Math.max(1, s.y1 - s.y0));
  }
  bars(c, o.data, at.data, p.data, o.data);
  bars(c, o.again, at.data, p.rtx, o.data);
  bars(c, o.acks, at.acks, p.ack, o.acks);
  curve(c, o, at, p);
  for (const m of o.merged) mark(c, m.worst.kind, at.marks, m.y, p);
}

/** Time in which nothing is on the wire. */
function hatch(c: CanvasRenderingContext2D, o: Overview, at: Places, width: number, p: Palette): void {
  c.save();
  c.strokeStyle = p.muted;
  c.globalAlpha = 0.45;
  c.lineWidth = 1;
  for (const g of o.idle) {
    c.save();
    c.beginPath();
    c.rect(at.data[0], g.y0, width - at.data[0], g.y1 - g.y0);
    c.clip();
    c.beginPath();
    for (let x = at.data[0] - (g.y1 - g.y0); x < width; x += 7) {
      c.moveTo(x, g.y1);
      c.lineTo(x + (g.y1 - g.y0), g.y0);
    }
    c.stroke();
    c.restore();
  }
  c.restore();
}

function labels(c: CanvasRenderingContext2D, o: Overview, at: Places, p: Palette): void {
  if (at.states < 20) return;
  c.font = '10px ui-monospace, Menlo, Consolas, monospace';
  c.textAlign = 'right';
  c.textBaseline = 'middle';
  for (const k of o.ticks) {
    c.fillStyle = p.muted;
    c.fillText(tick(o, k.t), at.states - 3, Math.max(6, k.y), at.states - 4); // a long one is set closer
    c.fillStyle = p.line;
    c.fillRect(at.states + 4, k.y, at.cwnd[1] - at.states - 4, 1);
  }
}

/** Whether the instants beside the map are in seconds, else in milliseconds. */
export const inSeconds = (o: Overview) => (o.ticks[o.ticks.length - 1]?.t ?? 0) >= 1e9;

function tick(o: Overview, t: number): string {
  return String(Number((t / (inSeconds(o) ? 1e9 : 1e6)).toFixed(2)));
}

/** Each row as wide as it has segments, the fullest as wide as the lane. */
function bars(c: CanvasRenderingContext2D, rows: Uint32Array, [x0, x1]: [number, number], color: string, scale: Uint32Array): void {
  const most = scale.reduce((m, v) => Math.max(m, v), 1);
  c.fillStyle = color;
  for (let y = 0; y < rows.length; y++) {
    if (!rows[y]) continue;
    const w = Math.max(2, Math.sqrt(rows[y] / most) * (x1 - x0));
    c.fillRect(x0, y, w, 1);
  }
}

function curve(c: CanvasRenderingContext2D, o: Overview, at: Places, p: Palette): void {
  let most = 1;
  for (const v of o.cwnd) if (v > most) most = v;
  const [x0, x1] = at.cwnd;
  const x = (v: number) => x0 + (v / most) * (x1 - x0 - 1);
  const line = new Path2D();
  let first = -1;
  for (let y = 0; y < o.cwnd.length; y++) {
    if (Number.isNaN(o.cwnd[y])) continue;
    if (first < 0) {
      first = y;
      line.moveTo(x(o.cwnd[y]), y);
    } else line.lineTo(x(o.cwnd[y]), y);
  }
  if (first < 0) return;
  const area = new Path2D(line);
  area.lineTo(x0, o.cwnd.length);
  area.lineTo(x0, first);
  c.save();
  c.fillStyle = p.estab;
  c.globalAlpha = 0.2;
  c.fill(area);
  c.restore();
  c.strokeStyle = p.estab;
  c.lineWidth = 1.2;
  c.stroke(line);
  c.fillStyle = p.line;
  c.fillRect(x0 - 0.5, first, 1, o.cwnd.length - first);
}

/** × lost, ◆ timeout, a ring for what was sent again, a dash for a new state: told apart without colour. */
export function mark(c: CanvasRenderingContext2D, kind: string, x: number, y: number, p: Pick<Palette, 'lost' | 'rtx' | 'muted' | 'bg'>): void {
  c.lineWidth = 1.8;
  c.beginPath();
  switch (kind) {
    case 'lost':
      c.strokeStyle = p.lost;
      c.moveTo(x - 3, y - 3);
      c.lineTo(x + 3, y + 3);
      c.moveTo(x + 3, y - 3);
      c.lineTo(x - 3, y + 3);
      c.stroke();
      break;
    case 'rto':
      c.fillStyle = p.rtx;
      c.moveTo(x, y - 4.5);
      c.lineTo(x + 4.5, y);
      c.lineTo(x, y + 4.5);
      c.lineTo(x - 4.5, y);
      c.fill();
      break;
    case 'again':
      c.strokeStyle = p.rtx;
      c.arc(x, y, 2.6, 0, 7);
      c.stroke();
      break;
    default:
      c.strokeStyle = p.muted;
      c.moveTo(x - 3, y);
      c.lineTo(x + 3, y);
      c.stroke();
  }
}
