import { useMemo } from 'preact/hooks';
import { draw } from '../../diagram/compose';
import { Groups } from '../../diagram/groups';
import { itemOf, neighbour, tabStop } from '../../diagram/items';
import { Margin } from '../../diagram/margin';
import { Bands, Brackets, Lifelines } from '../../diagram/marks';
import { nearest } from '../../diagram/pointer';
import { Segment } from '../../diagram/segment';
import type { Input, Labels, Layout, Sheet, Words } from '../../diagram/sheet';
import type { Host } from '../../proto';
import type { Place } from './sheets';
import { head, type Picked, picked, pointed } from './state';

interface PaneProps {
  side: number; // -1: what they share
  label: string;
  inp: Input;
  sheet: Sheet;
  place: Place;
  from: number;
  to: number;
  split: number; // the instant that parts what is shared from what is not
  w: Words;
  hosts: Host[];
  lang: string;
  lit: ReadonlySet<string>;
  pick: (x: Picked, how: 'click' | 'enter' | 'focus' | 'key') => void;
}

const REACH = 9;

/** One branch between two heights, as the diagram of the lab draws it. */
export function Pane(p: PaneProps) {
  const { sheet, inp, w, from, to } = p;
  const [lay, labels] = useMemo(() => part(...draw(sheet, inp, w, from, to), p.split, p.side < 0), [sheet, inp, w, from, to, p.split]);
  const side = Math.max(0, p.side);
  const mine = picked.value?.side === side ? picked.value.key : '';
  const tab = useMemo(() => tabStop(lay, mine), [lay, mine]);
  const labelOf = useMemo(() => new Map(labels.arrows.map((l) => [l.id, l])), [labels]);
  const fateOf = useMemo(() => new Map(labels.fates.map((l) => [l.id, l])), [labels]);
  return (
    <svg
      class="dg-svg cmp-pane"
      data-side={p.side}
      role="group"
      tabindex={-1}
      aria-label={p.label}
      width={p.place.width}
      height={to - from}
      viewBox={`0 ${from} ${p.place.width} ${to - from}`}
      style={{ left: `${p.place.left}px`, top: `${from}px` }}
      {...handlers(p, lay, mine)}
    >
      <Lifelines l={lay} from={from} to={to} />
      <Bands list={lay.bands} measure={w.measure} hosts={p.hosts} lettered={false} live={false} tab="" />
      <Brackets list={lay.brackets} labels={labels} hosts={p.hosts} live={false} tab="" />
      <Groups l={lay} labels={labels} hosts={p.hosts} lang={p.lang} chosen={mine} tab={tab} live />
      <g class="ways">
        {lay.arrows.map((a) => (
          <Segment
            key={a.id}
            a={a}
            label={labelOf.get(a.id)}
            fate={fateOf.get(a.id)}
            hosts={p.hosts}
            lang={p.lang}
            chosen={mine === `p${a.id}`}
            lit={p.lit.has(`p${a.id}`)}
            tab={tab === `p${a.id}`}
            live
          />
        ))}
      </g>
      <Margin labels={labels} chosen={mine} tab={tab} lit={p.lit} hosts={p.hosts} live />
    </svg>
  );
}

/** Choosing by pointer, by focus, and by keys from one thing to the next. */
function handlers(p: PaneProps, lay: Layout, mine: string) {
  const side = Math.max(0, p.side);
  const at = (key: string | null | undefined): Picked | null => {
    const x = key ? itemOf(lay, key) : undefined;
    return x ? { side, key: x.key, n: x.n } : null;
  };
  const keyOf = (e: Event) => (e.target as Element).closest('[data-key]')?.getAttribute('data-key');
  const find = (e: MouseEvent): Picked | null => {
    const key = keyOf(e);
    if (key) return at(key);
    const r = (e.currentTarget as SVGSVGElement).getBoundingClientRect();
    return at(nearest(lay, { x: e.clientX - r.left, y: e.clientY - r.top + p.from }, REACH)?.key);
  };
  return {
    onClick: (e: MouseEvent) => {
      const x = find(e);
      if (x) p.pick(x, 'click');
    },
    onKeyDown: (e: KeyboardEvent) => {
      const by = ({ ArrowDown: 1, ArrowUp: -1 } as const)[e.key as 'ArrowDown'];
      const chosen = picked.peek();
      if (e.key === 'Enter' && mine && chosen) p.pick(chosen, 'enter');
      else if (!by) return;
      else {
        const x = neighbour(p.sheet, p.inp, mine || undefined, by, p.sheet.axis.y(head.peek()));
        if (x) p.pick({ side, key: x.key, n: x.n }, 'key');
      }
      e.preventDefault();
      e.stopPropagation();
    },
    onPointerMove: (e: PointerEvent) => {
      if (e.pointerType === 'touch') return;
      const x = find(e);
      if (pointed.peek()?.key !== x?.key || pointed.peek()?.side !== x?.side) pointed.value = x;
    },
    onPointerLeave: () => {
      pointed.value = null;
    },
    onFocusIn: (e: FocusEvent) => {
      const x = at(keyOf(e));
      if (x && (mine !== x.key || picked.peek()?.side !== side)) p.pick(x, 'focus');
    },
  };
}

/** Only what belongs above the split, or below it: nothing is drawn across. */
function part(l: Layout, labels: Labels, split: number, above: boolean): [Layout, Labels] {
  if (!split) return [l, labels];
  const here = (t: number) => t < split === above;
  const arrows = l.arrows.filter((a) => here(a.seg.at));
  const ids = new Set(arrows.map((a) => a.id));
  const kept = (list: number[]) => list.every((id) => here(l.run.segOf.get(id)?.at ?? 0));
  return [
    { ...l, arrows, groups: l.groups.filter((g) => kept([g.id])) },
    {
      ...labels,
      arrows: labels.arrows.filter((x) => ids.has(x.id)),
      fates: labels.fates.filter((x) => ids.has(x.id)),
      groups: labels.groups.filter((x) => kept([x.id])),
      margin: labels.margin.filter((m) => (m.note ? here(m.note.note.at) : kept(m.ids))),
      marks: labels.marks.filter((m) => here(m.note.at)),
    },
  ];
}
