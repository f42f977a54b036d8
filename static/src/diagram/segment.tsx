import type { Host } from '../proto';
import { jagged, type Pt, path, tip, turned } from './geom';
import { kept } from './kept';
import type { Arrow, ArrowLabel, FateLabel } from './sheet';
import { describe } from './words';

interface SegmentProps {
  a: Arrow;
  label?: ArrowLabel;
  fate?: FateLabel;
  hosts: Host[];
  lang: string;
  chosen: boolean;
  lit: boolean;
  tab: boolean;
  live: boolean;
}

function classes(a: Arrow, chosen: boolean, lit: boolean): string {
  const cls = ['seg', `k-${a.look}`, a.fate];
  if (a.retx) cls.push('retx');
  if (a.bad) cls.push('bad');
  if (a.forged) cls.push('forged');
  if (a.copy) cls.push('copy');
  if (a.crowded) cls.push('crowded');
  if (chosen) cls.push('chosen');
  if (lit) cls.push('lit');
  return cls.join(' ');
}

function Way({ a, label, fate, hosts, chosen, lit, tab, live }: SegmentProps) {
  const flying = a.fate === 'flying';
  // Of many in a small space, each is one path and nothing else.
  const bare = a.crowded && a.fate === 'delivered' && !a.bad && !a.forged && !chosen && !lit;
  return (
    <g
      class={classes(a, chosen, lit)}
      data-key={`p${a.id}`}
      data-id={a.id}
      data-flying={flying ? '' : undefined}
      role={live ? 'button' : 'img'}
      tabindex={live ? (tab ? 0 : -1) : undefined}
      aria-label={describe(a, hosts)}
    >
      {bare ? <path class="line whole" d={`${path(a.pts)}${headOf(a)}`} /> : <Lines a={a} live={live} />}
      {flying && <circle class="dot" r={a.crowded ? 3.5 : 5.5} />}
      {label && (
        <text class="label" transform={turned(label)}>
          {label.parts.map((p, i) => (
            <tspan key={i} class={p.cls}>
              {i ? ` ${p.text}` : p.text}
            </tspan>
          ))}
        </text>
      )}
      {fate && (
        <text class="fate" x={fate.x} y={fate.y}>
          {fate.text}
        </text>
      )}
    </g>
  );
}

export const Segment = kept(Way);

function headOf(a: Arrow): string {
  const head = a.pts[a.pts.length - 1];
  return tip(a.pts[a.pts.length - 2] ?? head, head, a.forged);
}

/** The lines and marks of a segment: where it went, what befell it there. */
function Lines({ a, live }: { a: Arrow; live: boolean }) {
  const flying = a.fate === 'flying';
  const held = a.fate === 'held';
  const drawn = a.pts.slice(0, a.end + 1);
  const ghost = a.fate === 'lost' ? a.pts.slice(a.end) : [];
  const line = held ? drawn.slice(0, -1) : drawn;
  const form = (pts: Pt[]) => path(a.bad ? jagged(pts) : pts);
  const head = a.pts[a.pts.length - 1];
  const arrives = a.fate === 'delivered' || a.fate === 'dropped' || flying;
  return (
    <>
      <path class="hit" d={path(a.pts)} />
      {ghost.length > 1 && <path class="expected" d={path(ghost)} />}
      {flying ? (
        <>
          <path class="rest" />
          <path class="done" />
        </>
      ) : (
        <path class="line" d={form(line)} />
      )}
      {a.forged && !flying && <path class="hollow" d={form(line)} />}
      {held && a.pause && <path class="wait" d={path([a.pause, head])} />}
      {arrives && <path class="tip" d={headOf(a)} />}
      {flying && live && <circle class="grip" cx={head.x} cy={head.y} r={13} />}
      {a.fork && <circle class="fork" cx={a.fork.x} cy={a.fork.y} r={3.5} />}
      {a.mark && <path class="edit" d={`M${a.mark.x} ${a.mark.y - 6}l6 6l-6 6l-6 -6z`} />}
      {a.cross && <path class="cross" d={`M${a.cross.x - 7} ${a.cross.y - 7}l14 14m0 -14l-14 14`} />}
      {a.fate === 'dropped' && <path class="stop" d={`M${head.x - a.dir * 4} ${head.y - 8}v16`} />}
      {a.pause && held && (
        <g class="pause">
          <circle cx={a.pause.x} cy={a.pause.y} r={9} />
          <path d={`M${a.pause.x - 2.5} ${a.pause.y - 4}v8m5 -8v8`} />
        </g>
      )}
    </>
  );
}
