import type { ComponentChildren } from 'preact';
import { gutterChars } from '../../diagram/columns';
import { look } from '../../diagram/layout';
import type { Words } from '../../diagram/sheet';
import { duration, instantIn } from '../../diagram/time';
import type { Plan } from './sheets';

interface OverProps {
  plan: Plan;
  width: number;
  from: number;
  to: number;
  w: Words;
  at: number; // the play head
  hover: number | null; // an instant that is pointed at
  parting: string;
  joins: boolean;
}

/** What lies under all sides: the instants, and what was cut out. */
export function Under(p: OverProps) {
  return (
    <Layer {...p}>
      <Instants {...p} />
      <Idle {...p} />
      {p.joins && <Joins plan={p.plan} />}
      <path class="cmp-head" d={`M${p.plan.gutter} ${p.plan.sides[0].sheet.axis.y(p.at)}H${p.width}`} />
    </Layer>
  );
}

/** What lies over all sides: where they part, and the play head. */
export function Over(p: OverProps) {
  const { plan, width } = p;
  const { axis } = plan.sides[0].sheet;
  return (
    <Layer {...p}>
      {plan.partY !== null && <Parting y={plan.partY} width={width} gutter={plan.gutter} text={p.parting} w={p.w} />}
      {p.hover !== null && p.hover !== p.at && <path class="cmp-same" d={`M${plan.gutter} ${axis.y(p.hover)}H${width}`} />}
      <g class="head" transform={`translate(0 ${axis.y(p.at)})`}>
        <rect class="head-chip" x={3} y={-11} width={plan.gutter - 6} height={22} rx={6} />
        <text class="head-time" x={plan.gutter / 2} y={4} text-anchor="middle">
          {instantIn(p.at, gutterChars(plan.gutter))}
        </text>
      </g>
    </Layer>
  );
}

function Layer({ width, from, to, children }: OverProps & { children: ComponentChildren }) {
  return (
    <svg class="dg-svg cmp-over" aria-hidden="true" width={width} height={to - from} viewBox={`0 ${from} ${width} ${to - from}`} style={{ left: '0', top: `${from}px` }}>
      {children}
    </svg>
  );
}

const APART = 14; // pixels that two labels of the gutter need

function Instants({ plan, width, from, to, at }: OverProps) {
  const list = plan.sides.flatMap((s) => look(s.sheet, s.inp, from, to).ticks).sort((a, b) => a.y - b.y || b.label.length - a.label.length);
  const headY = plan.sides[0].sheet.axis.y(at);
  let last = Number.NEGATIVE_INFINITY;
  return (
    <g class="ticks">
      {list.map((x, i) => {
        if (list[i - 1]?.t === x.t) return null;
        const said = x.y - last >= APART && Math.abs(x.y - headY) > APART + 2;
        if (said) last = x.y;
        return (
          <g key={x.t}>
            <path d={`M${plan.gutter} ${x.y}H${width}`} />
            {said && (
              <text x={plan.gutter - 8} y={x.y + 4} text-anchor="end">
                {x.label}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** Gaps in which every side is idle. */
function Idle({ plan, width, from, to, w }: OverProps) {
  const { axis } = plan.sides[0].sheet;
  const sides = plan.sides.length;
  const [a, b] = plan.sides[0].sheet.columns;
  const middle = sides > 1 ? plan.places[1].left + plan.gutter - 8 : b ? (a.x + b.x) / 2 : width / 2;
  return (
    <g class="folds">
      {axis
        .breaksIn(from, to)
        .filter((b) => b.t1 > b.t0)
        .map((b) => {
          const text = sides > 1 ? w.cut(b.t1 - b.t0, !!b.busy) : duration(b.t1 - b.t0);
          const tw = w.measure(text, 'text') + 20;
          const y = (b.y0 + Math.min(b.y1, axis.y(b.t1))) / 2;
          if (plan.shared && y > plan.joinY - 12 && y < plan.apartY + 12) return null;
          return (
            <g key={b.t0}>
              {sides > 1 && <path d={`M${middle - tw / 2 - 34} ${y}l8-4 8 8 8-8 6 4M${middle + tw / 2 + 34} ${y}l-8 4-8-8-8 8-6-4`} />}
              <rect x={middle - tw / 2} y={y - 11} width={tw} height={22} rx={11} />
              <text x={middle} y={y + 4} text-anchor="middle">
                {text}
              </text>
            </g>
          );
        })}
    </g>
  );
}

/** The way from the shared lifelines to those of each side. */
function Joins({ plan }: { plan: Plan }) {
  const { shared } = plan;
  if (!shared) return null;
  const [y0, y1] = [plan.joinY, plan.apartY];
  return (
    <g class="cmp-joins">
      {plan.sides.map((s, i) => {
        const last = s.sheet.columns.length - 1;
        // The outer lifelines lead apart; the inner ones would cross.
        const k = i === 0 ? 0 : last;
        const x0 = shared.place.left + shared.sheet.columns[k].x;
        const x1 = plan.places[i].left + s.sheet.columns[k].x;
        return <path key={i} d={`M${x0} ${y0}C${x0} ${y0 + 26} ${x1} ${y1 - 34} ${x1} ${y1}`} />;
      })}
    </g>
  );
}

function Parting({ y, width, gutter, text, w }: { y: number; width: number; gutter: number; text: string; w: Words }) {
  const most = width - gutter - 24;
  const tw = Math.min(most, w.measure(text, 'bold') * 1.1 + 36);
  const lines = w.measure(text, 'bold') * 1.1 + 36 > most ? halves(text) : [text];
  const h = 12 + 16 * lines.length;
  const mid = gutter + (width - gutter) / 2;
  return (
    <g class="cmp-part">
      <path d={`M${gutter} ${y}H${width}`} />
      <rect x={mid - tw / 2} y={y - h / 2} width={tw} height={h} rx={14} />
      {lines.map((x, i) => (
        <text key={x} x={mid} y={y + 4 + (i - (lines.length - 1) / 2) * 16} text-anchor="middle">
          {x}
        </text>
      ))}
    </g>
  );
}

/** Two lines, broken between the sides where that is possible. */
function halves(text: string): string[] {
  const at = text.search(/[:：]\s*/);
  return at < 0 ? [text] : [text.slice(0, at + 1), text.slice(at + 1).trim()];
}
