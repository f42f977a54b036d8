/** A point in the diagram, in CSS pixels. */
export interface Pt {
  x: number;
  y: number;
}

/** A straight piece of a line. */
export interface Seg {
  a: Pt;
  b: Pt;
}

/** A rectangle that may be turned: its corners in order. */
export type Quad = [Pt, Pt, Pt, Pt];

/** The quad of a text whose baseline starts at (x, y) and runs at an angle. */
export function textQuad(x: number, y: number, w: number, ascent: number, descent: number, angle: number): Quad {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const at = (dx: number, dy: number): Pt => ({ x: x + dx * c - dy * s, y: y + dx * s + dy * c });
  return [at(0, -ascent), at(w, -ascent), at(w, descent), at(0, descent)];
}

export function boxQuad(x: number, y: number, w: number, h: number): Quad {
  return [
    { x, y },
    { x: x + w, y },
    { x: x + w, y: y + h },
    { x, y: y + h },
  ];
}

export function bounds(q: readonly Pt[]): { x0: number; y0: number; x1: number; y1: number } {
  let x0 = Number.POSITIVE_INFINITY;
  let y0 = x0;
  let x1 = -x0;
  let y1 = -x0;
  for (const p of q) {
    x0 = Math.min(x0, p.x);
    x1 = Math.max(x1, p.x);
    y0 = Math.min(y0, p.y);
    y1 = Math.max(y1, p.y);
  }
  return { x0, y0, x1, y1 };
}

/** Whether two convex shapes share area (separating axes). A segment is a shape of two points. */
export function overlap(p: readonly Pt[], q: readonly Pt[], slack = 0.01): boolean {
  return !separated(p, q, slack) && !separated(q, p, slack);
}

function separated(p: readonly Pt[], q: readonly Pt[], slack: number): boolean {
  for (let i = 0; i < p.length; i++) {
    const a = p[i];
    const b = p[(i + 1) % p.length];
    const nx = a.y - b.y;
    const ny = b.x - a.x;
    const len = Math.hypot(nx, ny);
    if (len === 0) continue;
    let pMin = Number.POSITIVE_INFINITY;
    let pMax = -pMin;
    let qMin = pMin;
    let qMax = -pMin;
    for (const r of p) {
      const d = (r.x * nx + r.y * ny) / len;
      pMin = Math.min(pMin, d);
      pMax = Math.max(pMax, d);
    }
    for (const r of q) {
      const d = (r.x * nx + r.y * ny) / len;
      qMin = Math.min(qMin, d);
      qMax = Math.max(qMax, d);
    }
    if (pMax <= qMin + slack || qMax <= pMin + slack) return true;
  }
  return false;
}

/** Whether a line goes through a turned rectangle: it is clipped in the rectangle's own coordinates. */
export function crosses(q: Quad, a: Pt, b: Pt): boolean {
  const [o, r, , d] = q;
  const w = Math.hypot(r.x - o.x, r.y - o.y) || 1;
  const h = Math.hypot(d.x - o.x, d.y - o.y) || 1;
  const [ux, uy, vx, vy] = [(r.x - o.x) / w, (r.y - o.y) / w, (d.x - o.x) / h, (d.y - o.y) / h];
  const u0 = (a.x - o.x) * ux + (a.y - o.y) * uy;
  const u1 = (b.x - o.x) * ux + (b.y - o.y) * uy;
  const v0 = (a.x - o.x) * vx + (a.y - o.y) * vy;
  const v1 = (b.x - o.x) * vx + (b.y - o.y) * vy;
  let lo = 0;
  let hi = 1;
  for (const [s, e, most] of [
    [u0, u1, w],
    [v0, v1, h],
  ]) {
    const by = e - s;
    if (by === 0) {
      if (s <= 0 || s >= most) return false;
      continue;
    }
    const [t0, t1] = by > 0 ? [-s / by, (most - s) / by] : [(most - s) / by, -s / by];
    lo = Math.max(lo, t0);
    hi = Math.min(hi, t1);
    if (lo >= hi) return false;
  }
  return true;
}

/** The part of a polyline (going down) above y, and the part below. */
export function cut(pts: readonly Pt[], y: number): [Pt[], Pt[]] {
  const above: Pt[] = [];
  for (let i = 0; i < pts.length; i++) {
    if (pts[i].y <= y) {
      above.push(pts[i]);
      continue;
    }
    if (i === 0) return [[], [...pts]];
    const a = pts[i - 1];
    const b = pts[i];
    const k = b.y === a.y ? 1 : (y - a.y) / (b.y - a.y);
    const m = { x: a.x + (b.x - a.x) * k, y };
    return [
      [...above, m],
      [m, ...pts.slice(i)],
    ];
  }
  return [above, []];
}

export function path(pts: readonly Pt[]): string {
  return pts.map((p, i) => `${i ? 'L' : 'M'}${round(p.x)} ${round(p.y)}`).join('');
}

/** A jagged line along a polyline: what a damaged segment looks like. */
export function jagged(pts: readonly Pt[], step = 7, amp = 3): Pt[] {
  const out: Pt[] = [];
  for (let i = 1; i < pts.length; i++) {
    const a = pts[i - 1];
    const b = pts[i];
    const len = Math.hypot(b.x - a.x, b.y - a.y);
    const k = Math.max(1, Math.floor(len / step));
    if (i === 1) out.push(a);
    for (let j = 1; j < k; j++) {
      const t = j / k;
      const s = j % 2 ? amp : -amp;
      out.push({ x: a.x + (b.x - a.x) * t - ((b.y - a.y) / len) * s, y: a.y + (b.y - a.y) * t + ((b.x - a.x) / len) * s });
    }
    out.push(b);
  }
  return out;
}

export function round(n: number): number {
  return Math.round(n * 10) / 10;
}

const deg = (rad: number) => round((rad * 180) / Math.PI);

/** Where a turned text goes, as an attribute. */
export function turned(l: { x: number; y: number; angle: number }): string {
  return `translate(${round(l.x)} ${round(l.y)}) rotate(${deg(l.angle)})`;
}

/** The head of an arrow. */
export function tip(from: Pt, to: Pt, hollow: boolean): string {
  const a = Math.atan2(to.y - from.y, to.x - from.x);
  const at = (dx: number, dy: number) => `${round(to.x + dx * Math.cos(a) - dy * Math.sin(a))} ${round(to.y + dx * Math.sin(a) + dy * Math.cos(a))}`;
  const k = hollow ? 13 : 11;
  return `M${at(0, 0)}L${at(-k, -5.5)}L${at(-k, 5.5)}z`;
}

/** How far a point is from a polyline. */
export function distance(p: Pt, pts: readonly Pt[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 1; i < pts.length; i++) {
    const [a, b] = [pts[i - 1], pts[i]];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const k = Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(p.x - a.x - dx * k, p.y - a.y - dy * k));
  }
  return best;
}
