import type { Page } from '@playwright/test';

/** Corners of every label and ends of every line, in pixels of the screen. */
async function geometry(page: Page) {
  return page.evaluate(() => {
    const svg = document.querySelector<SVGSVGElement>('.dg-svg');
    if (!svg) return { labels: [], lines: [] };
    const labels = [...svg.querySelectorAll<SVGTextElement>('.seg .label, .seg .fate, .note text, .beside text, .bracket-text')].map((t) => {
      const b = t.getBBox();
      const m = t.getCTM();
      const at = (x: number, y: number) => (m ? [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f] : [0, 0]);
      // The line box of a font is taller than its letters.
      const top = b.y + b.height * 0.2;
      const bottom = b.y + b.height * 0.86;
      return { text: t.textContent ?? '', quad: [at(b.x, top), at(b.x + b.width, top), at(b.x + b.width, bottom), at(b.x, bottom)] };
    });
    const lines = [...svg.querySelectorAll<SVGPathElement>('.seg .hit, .seg .whole')].flatMap((p) => {
      const m = p.getCTM();
      const d = (p.getAttribute('d') ?? '').replace(/^(M[^M]*)M.*$/, '$1'); // without the head of the arrow
      const pts = d
        .split(/[ML]/)
        .filter(Boolean)
        .map((s) => s.trim().split(/[ ,]+/).map(Number))
        .map(([x, y]) => (m ? [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f] : [x, y]));
      return pts.slice(1).map((q, i) => [pts[i], q]);
    });
    return { labels, lines };
  });
}

function overlap(p: number[][], q: number[][]): boolean {
  for (const [s] of [[p], [q]]) {
    for (let i = 0; i < s.length; i++) {
      const [a, b] = [s[i], s[(i + 1) % s.length]];
      const [nx, ny] = [a[1] - b[1], b[0] - a[0]];
      const len = Math.hypot(nx, ny);
      if (!len) continue;
      const span = (r: number[][]) => r.map((v) => (v[0] * nx + v[1] * ny) / len);
      const [x, y] = [span(p), span(q)];
      if (Math.max(...x) <= Math.min(...y) + 0.5 || Math.max(...y) <= Math.min(...x) + 0.5) return false;
    }
  }
  return true;
}

/** What lies on what: labels on labels, and labels on lines. There must be labels at all. */
export async function hits(page: Page): Promise<string[]> {
  const { labels, lines } = await geometry(page);
  if (!labels.length) return ['there is no label'];
  const out: string[] = [];
  for (const [i, l] of labels.entries()) {
    for (const m of labels.slice(i + 1)) if (overlap(l.quad, m.quad)) out.push(`"${l.text}" on "${m.text}"`);
    for (const s of lines) if (overlap(l.quad, s)) out.push(`"${l.text}" on a line`);
  }
  return out;
}

/** Names and addresses of hosts that lie on each other, as far as they are not cut off. */
export async function headsOnHeads(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.canvas .dg-heads b, .canvas .dg-heads span, .canvas .dg-heads em')].map((el) => {
      const words = document.createRange();
      words.selectNodeContents(el);
      const [text, own] = [words.getBoundingClientRect(), el.getBoundingClientRect()];
      const cut = getComputedStyle(el).display !== 'inline';
      return {
        text: el.textContent,
        top: text.top,
        bottom: text.bottom,
        left: cut ? Math.max(text.left, own.left) : text.left,
        right: cut ? Math.min(text.right, own.right) : text.right,
      };
    });
    const on = (a: (typeof boxes)[0], b: (typeof boxes)[0]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    return boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b) => (on(a, b) ? [`"${a.text}" on "${b.text}"`] : [])));
  });
}
