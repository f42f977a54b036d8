import { bounds, boxQuad, crosses, overlap, type Pt, type Quad } from '../geom';

const CELL = 48;
const WIDE = 96;
const ROW = 4096; // cells in a row

interface Shape {
  pts: readonly Pt[];
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** The pieces of lines: a line that is drawn again is the same one. */
const pieces = new WeakMap<readonly Pt[], Shape[]>();

/** A long line is kept in pieces, so that few labels are near each. */
function inPieces(pts: readonly Pt[]): Shape[] {
  const out: Shape[] = [];
  for (let i = 1; i < pts.length; i++) {
    const [p, q] = [pts[i - 1], pts[i]];
    const k = Math.max(1, Math.ceil(Math.max(Math.abs(q.y - p.y) / CELL, Math.abs(q.x - p.x) / WIDE)));
    for (let j = 0; j < k; j++) out.push(shapeOf([at(p, q, j / k), at(p, q, (j + 1) / k)]));
  }
  return out;
}

const shapeOf = (pts: readonly Pt[]): Shape => ({ pts, ...bounds(pts) });

/** What is already drawn, by cell, to find out where there is room. */
export class Grid {
  private cells = new Map<number, Shape[]>();

  line(pts: readonly Pt[]): void {
    const known = pieces.get(pts) ?? inPieces(pts);
    pieces.set(pts, known);
    for (const shape of known) this.put(shape);
  }

  add(pts: readonly Pt[]): void {
    this.put(shapeOf(pts));
  }

  private put(shape: Shape): void {
    for (let r = Math.floor(shape.y0 / CELL); r <= Math.floor(shape.y1 / CELL); r++) {
      for (let c = Math.floor(shape.x0 / WIDE); c <= Math.floor(shape.x1 / WIDE); c++) {
        const list = this.cells.get(r * ROW + c);
        if (list) list.push(shape);
        else this.cells.set(r * ROW + c, [shape]);
      }
    }
  }

  free(q: Quad): boolean {
    const b = bounds(q);
    for (let r = Math.floor(b.y0 / CELL); r <= Math.floor(b.y1 / CELL); r++) {
      for (let c = Math.floor(b.x0 / WIDE); c <= Math.floor(b.x1 / WIDE); c++) {
        const list = this.cells.get(r * ROW + c);
        if (!list) continue;
        for (const s of list) {
          if (s.x1 < b.x0 || s.x0 > b.x1 || s.y1 < b.y0 || s.y0 > b.y1) continue;
          if (s.pts.length === 2 ? crosses(q, s.pts[0], s.pts[1]) : overlap(q, s.pts)) return false;
        }
      }
    }
    return true;
  }
}

const at = (p: Pt, q: Pt, k: number): Pt => ({ x: p.x + (q.x - p.x) * k, y: p.y + (q.y - p.y) * k });

export function around(p: Pt, r: number): Quad {
  return boxQuad(p.x - r, p.y - r, 2 * r, 2 * r);
}
