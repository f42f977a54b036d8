// Turns a drawing of the page into SVG that stands alone: what the style sheet
// says is written onto each element, as it is computed for a theme.

const inherited = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'letter-spacing',
  'text-anchor',
  'dominant-baseline',
] as const;
const initial: Record<string, string> = {
  fill: '#000000',
  'fill-opacity': '1',
  stroke: 'none',
  'stroke-width': '1',
  'stroke-opacity': '1',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  'paint-order': 'normal',
  'font-style': 'normal',
  'font-weight': '400',
  'letter-spacing': 'normal',
  'text-anchor': 'start',
  'dominant-baseline': 'auto',
};
const geometry = ['x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'width', 'height', 'd', 'points', 'dx', 'dy', 'textLength', 'lengthAdjust'];
const drawn = new Set(['g', 'path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan']);

type Style = Record<string, string>;

export const escaped = (s: string) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A colour as every reader of SVG knows it. */
export function colour(c: string): string {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/.exec(c);
  const plain = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(c);
  if (!mixed && !plain) return c;
  const [, r, g, b, a] = (mixed ?? plain) as RegExpExecArray;
  if (a !== undefined && Number(a) === 0) return 'none';
  const hex = [r, g, b].map((v) => Math.round(Number(v) * (mixed ? 255 : 1)));
  return `#${hex.map((v) => v.toString(16).padStart(2, '0')).join('')}${a === undefined ? '' : Math.round(Number(a) * 255).toString(16)}`;
}

function styleOf(el: Element): Style {
  const c = getComputedStyle(el);
  const out: Style = {};
  for (const p of inherited) {
    const v = c.getPropertyValue(p);
    out[p] = p === 'fill' || p === 'stroke' ? colour(v) : v.replace(/(\d)px/g, '$1');
  }
  return out;
}

/** What an element adds to its parent's style. */
function added(style: Style, parent: Style): string {
  let out = '';
  for (const p of inherited) if (style[p] !== parent[p]) out += ` ${p}="${escaped(style[p])}"`;
  return out;
}

/** The nodes of a drawing as text; most bounds how many there may be. */
export function serialise(svg: SVGSVGElement, most: number): string | null {
  let nodes = 0;
  const walk = (el: Element, parent: Style): string => {
    if (!drawn.has(el.localName) || ++nodes > most) return '';
    const c = getComputedStyle(el);
    if (c.display === 'none' || c.visibility === 'hidden' || c.opacity === '0') return '';
    const style = styleOf(el);
    const leaf = el.localName !== 'g' && el.localName !== 'text' && el.localName !== 'tspan';
    if (leaf && style.fill === 'none' && style.stroke === 'none') return ''; // it is there to be hit
    let inner = '';
    for (const child of el.childNodes) {
      if (child instanceof Element) inner += walk(child, style);
      else if (child instanceof Text && !leaf && el.localName !== 'g') inner += escaped(child.data);
    }
    if (!leaf && !inner) return '';
    let at = '';
    for (const g of geometry) {
      const v = el.getAttribute(g);
      if (v !== null) at += ` ${g}="${escaped(v)}"`;
    }
    const move = c.transform !== 'none' ? ` transform="${c.transform}"` : '';
    const faint = c.opacity !== '1' ? ` opacity="${c.opacity}"` : '';
    return `<${el.localName}${at}${move}${faint}${added(style, parent)}${inner ? `>${inner}</${el.localName}>` : '/>'}`;
  };
  let out = '';
  for (const child of svg.children) out += walk(child, initial);
  return nodes > most ? null : out;
}

/** The words over the lifelines, which are not part of the drawing, as SVG. */
export function heads(box: Element): string {
  const at = box.getBoundingClientRect();
  let out = '';
  const each = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = each.nextNode() as Text | null; node; node = each.nextNode() as Text | null) {
    const el = node.parentElement;
    if (!el || !node.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const r = range.getBoundingClientRect();
    const c = getComputedStyle(el);
    const [x, y] = [r.left + r.width / 2 - at.left, r.top + r.height / 2 - at.top];
    out += `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${colour(c.color)}" text-anchor="middle" dominant-baseline="central" font-family="${escaped(c.fontFamily)}" font-size="${c.fontSize.replace('px', '')}" font-weight="${c.fontWeight}" font-style="${c.fontStyle}">${escaped(node.data)}</text>`;
  }
  return out;
}
