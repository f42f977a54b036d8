import type { Host } from '../proto';
import { path } from './geom';
import { kept } from './kept';
import { LINE } from './labels/margin';
import type { Labels, MarginLabel, NoteBox } from './sheet';
import { instant } from './time';

interface MarginProps {
  labels: Labels;
  chosen: string;
  tab: string;
  lit: ReadonlySet<string>;
  hosts: Host[];
  live: boolean;
  more?: (ids: number[], y: number) => void;
}

/** What is written beside the lifelines: notes, and the words of segments that have no room along their lines. */
export function Margin(p: MarginProps) {
  const named = new Set<number>();
  const of = (n: number) => {
    const key = `e${n}`;
    return { first: once(named, n), chosen: p.chosen === key, tab: p.tab === key, lit: p.lit.has(key), hosts: p.hosts, live: p.live };
  };
  return (
    <>
      <g class="margin">
        {p.labels.margin
          .filter((m) => m.what !== 'note')
          .map((m) => (
            <Words key={m.key} m={m} more={m.what === 'more' ? p.more : undefined} lit={m.ids.some((id) => p.lit.has(`p${id}`) || p.chosen === `p${id}`)} />
          ))}
      </g>
      <g class="notes">
        {p.labels.margin.map((m) => m.note && <Mark key={m.key} box={m.note} m={m} {...of(m.note.note.n)} />)}
        {p.labels.marks.map((box) => (
          <Mark key={`${box.note.n}.${box.note.text}`} box={box} m={null} {...of(box.note.n)} />
        ))}
      </g>
    </>
  );
}

function once(set: Set<number>, n: number): boolean {
  const first = !set.has(n);
  set.add(n);
  return first;
}

/** The words of like segments, with a bracket over those they speak of. */
function Run({ m, lit, more }: { m: MarginLabel; lit: boolean; more?: MarginProps['more'] }) {
  const anchor = m.side < 0 ? 'end' : 'start';
  const edge = m.lead[m.lead.length - 1];
  const bracket = edge && m.y1 - m.y0 > 4 ? `M${edge.x} ${m.y0}h${m.side * 4}V${m.y1}h${-m.side * 4}` : '';
  return (
    <g
      class={`beside ${m.cls}${lit ? ' lit' : ''}`}
      data-key={m.ids.length && m.what === 'run' ? `p${m.ids[0]}` : undefined}
      data-at={m.y0}
      aria-hidden="true"
      onClick={
        m.what === 'more' && more
          ? (e) => {
              e.stopPropagation();
              more(m.ids, m.y);
            }
          : undefined
      }
    >
      {edge && <path class="lead" d={bracket ? `${path(m.lead.slice(0, 2))}${bracket}` : path(m.lead)} />}
      {m.lines.map((line, i) => (
        <text key={i} x={m.x} y={m.y + 4 + i * LINE} text-anchor={anchor}>
          {line.map((p, k) => (
            <tspan key={k} class={p.cls}>
              {k ? ` ${p.text}` : p.text}
            </tspan>
          ))}
        </text>
      ))}
    </g>
  );
}

const Words = kept(Run);

interface MarkProps {
  box: NoteBox;
  m: MarginLabel | null;
  first: boolean; // of its event
  chosen: boolean;
  tab: boolean;
  lit: boolean;
  hosts: Host[];
  live: boolean;
}

const Mark = kept(NoteMark);

function NoteMark({ box, m, first, ...p }: MarkProps) {
  const { note, anchor, side } = box;
  const key = `e${note.n}`;
  const live = p.live && first && !box.planned;
  const cls = `note ${note.what}${box.planned ? ' planned' : ''}${p.chosen ? ' chosen' : ''}${p.lit ? ' lit' : ''}`;
  return (
    <g
      class={cls}
      data-key={live ? key : undefined}
      role={live ? 'button' : undefined}
      tabindex={live ? (p.tab ? 0 : -1) : undefined}
      aria-label={live ? `${p.hosts[note.host]?.name ?? ''}, ${instant(note.at)}: ${note.text}` : undefined}
    >
      {m && <rect class="note-bg" x={side < 0 ? m.x - m.w - 3 : m.x - 3} y={m.y - 8} width={m.w + 6} height={16} />}
      {m && <path class="lead" d={path(m.lead)} />}
      <path class="pin" d={side < 0 ? `M${anchor.x - 1} ${anchor.y}l-6 -3.5v7z` : `M${anchor.x + 1} ${anchor.y}l6 -3.5v7z`} />
      {!m && (
        <circle class="spot" cx={anchor.x + side * 7} cy={anchor.y} r={4}>
          <title>{`${p.hosts[note.host]?.name ?? ''}: ${note.text}`}</title>
        </circle>
      )}
      {m && note.what === 'queue' && <rect class="pill" x={side < 0 ? m.x - m.w - 5 : m.x - 4} y={m.y - 7.5} width={m.w + 7} height={15} rx={5} />}
      {m && (
        <text x={m.x} y={m.y + 4} text-anchor={side < 0 ? 'end' : 'start'}>
          {m.lines[0][0].text}
          <title>{note.text}</title>
        </text>
      )}
    </g>
  );
}
