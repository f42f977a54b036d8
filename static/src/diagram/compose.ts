import { forks } from './arrow';
import { placeLabels } from './labels/place';
import { look, sheet } from './layout';
import type { Input, Labels, Layout, Sheet, Words } from './sheet';

/** A part of a sheet with its labels. */
export function draw(s: Sheet, inp: Pick<Input, 'filter'>, words: Words, from?: number, to?: number): [Layout, Labels] {
  const l = look(s, inp, from, to);
  forks(l.arrows, l.n);
  return [l, placeLabels(l, words)];
}

/** Lays out the whole of a place, with its labels. */
export function compose(inp: Input, words: Words): { layout: Layout; labels: Labels } {
  const [layout, labels] = draw(sheet(inp), inp, words);
  return { layout, labels };
}
