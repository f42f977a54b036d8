import { render } from 'preact';
import { Diagram } from '../../diagram/view';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import { view } from '../canvas/view';
import { escaped, heads, serialise } from './svg';

/** What is wanted of a picture. */
export interface Wish {
  part: 'whole' | 'view';
  theme: 'light' | 'dark';
}

export interface Picture {
  svg: string;
  width: number;
  height: number;
}

/** A picture that cannot be made, and why. */
export class TooLarge extends Error {}

const MOST_NODES = 60_000;
const MOST_HEIGHT = 60_000; // of what is drawn at once
const EDGE = 8;

const frame = () => new Promise<void>((go) => requestAnimationFrame(() => go()));

/** Waits until a drawing is what it will be: two frames look the same. */
async function still(box: Element): Promise<SVGSVGElement | null> {
  let before = '';
  for (let i = 0; i < 60; i++) {
    await frame();
    const svg = box.querySelector<SVGSVGElement>('.dg-svg');
    const now = svg ? `${svg.getAttribute('viewBox')} ${svg.querySelectorAll('*').length} ${box.scrollTop}` : '';
    if (svg && now === before) return svg;
    before = now;
  }
  return box.querySelector('.dg-svg');
}

/**
 * Draws what the diagram shows, with the diagram itself, beside the page, and
 * writes it down. It is as wide as on the page, so that every label lies where
 * it lies there.
 */
export async function draw(d: BranchData, title: string, wish: Wish): Promise<Picture> {
  const live = document.querySelector<HTMLElement>('.canvas .dg');
  const stage = document.createElement('div');
  stage.className = 'export-stage';
  stage.inert = true;
  stage.style.setProperty('width', `${live?.offsetWidth || 900}px`);
  stage.style.setProperty('height', `${live?.clientHeight || 700}px`);
  document.body.append(stage);
  try {
    const as = view(d);
    render(<Diagram {...as} time={as.time.copy()} chosen={null} lit={new Set()} still stay />, stage);
    const box = stage.querySelector('.dg');
    if (!box || !(await still(box))) throw new Error(t('export.nothing'));
    if (wish.part === 'whole') {
      const tall = box.scrollHeight;
      if (tall > MOST_HEIGHT) throw new TooLarge(t('export.too-tall', { height: tall, most: MOST_HEIGHT }));
      stage.style.setProperty('height', `${tall}px`);
    } else box.scrollTop = live?.scrollTop ?? 0;
    const svg = await still(box);
    if (!svg) throw new Error(t('export.nothing'));
    return write(box, svg, title, wish.theme);
  } finally {
    render(null, stage);
    stage.remove();
  }
}

/** Writes down what is drawn, in the colours of a theme: nothing is painted meanwhile. */
function write(box: Element, svg: SVGSVGElement, title: string, theme: Wish['theme']): Picture {
  const root = document.documentElement;
  const was = root.dataset.theme;
  root.dataset.theme = theme;
  try {
    const head = box.querySelector('.dg-heads');
    const top = head?.clientHeight ?? 0;
    const view = svg.viewBox.baseVal;
    const seen = box.getBoundingClientRect();
    // The part of the drawing that lies in the box, in its own coordinates.
    const from = view.y + Math.max(0, seen.top + top - svg.getBoundingClientRect().top);
    const to = Math.min(view.y + view.height, view.y + seen.bottom - svg.getBoundingClientRect().top);
    const nodes = serialise(svg, MOST_NODES);
    if (nodes === null) throw new TooLarge(t('export.too-many', { most: MOST_NODES }));
    const [width, height] = [Math.ceil(view.width), Math.ceil(top + to - from + EDGE)];
    const ground = getComputedStyle(root).getPropertyValue('--bg').trim();
    const text = [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="${width}" height="${height}" fill="${ground}"/>`,
      head ? heads(head) : '',
      `<svg y="${top}" width="${width}" height="${height - top}" viewBox="0 ${from} ${width} ${height - top}" overflow="hidden">${nodes}</svg>`,
      '</svg>',
    ];
    return { svg: text.join('\n'), width, height };
  } finally {
    if (was === undefined) delete root.dataset.theme;
    else root.dataset.theme = was;
  }
}

const SCALE = 2;
const MOST_SIDE = 16_384; // what every browser's canvas can hold
const MOST_PIXELS = 120_000_000;

/** The same as pixels. */
export async function png(p: Picture): Promise<Blob> {
  const [w, h] = [p.width * SCALE, p.height * SCALE];
  if (Math.max(w, h) > MOST_SIDE || w * h > MOST_PIXELS) throw new TooLarge(t('export.png-large', { w, h, most: Math.min(MOST_SIDE, Math.floor(MOST_PIXELS / w)) }));
  const img = new Image();
  img.src = address(p);
  await img.decode();
  const canvas = document.createElement('canvas');
  canvas.width = w;
  canvas.height = h;
  canvas.getContext('2d')?.drawImage(img, 0, 0, w, h);
  const blob = await new Promise<Blob | null>((go) => canvas.toBlob(go, 'image/png'));
  if (!blob) throw new TooLarge(t('export.png-large', { w, h, most: MOST_SIDE }));
  return blob;
}

/** A picture as the address of an image: the page's policy takes data, and nothing from elsewhere. */
export const address = (p: Picture) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(p.svg)}`;

/** Hands a file to the person. */
export function save(file: Blob, name: string): void {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(file);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 60_000);
}
