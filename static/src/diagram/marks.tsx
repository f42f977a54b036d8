import { Component } from 'preact';
import { t } from '../i18n';
import type { Host } from '../proto';
import type { Arrow } from './arrow';
import type { Band } from './band';
import { HUES, letter } from './filter';
import { jagged, type Pt, path, round } from './geom';
import type { ArrowLabel, FateLabel, Labels, Words } from './labels';
import type { Layout, NoteBox } from './layout';
import type { BandBox, Bracket } from './lifeline';
import { instant } from './time';
import { describe, describeBand, describeBracket } from './words';

const deg = (rad: number) => round((rad * 180) / Math.PI);
const turned = (l: { x: number; y: number; angle: number }) => `translate(${round(l.x)} ${round(l.y)}) rotate(${deg(l.angle)})`;

export function Ticks({ l }: { l: Layout }) {
  return (
    <g class="ticks" aria-hidden="true">
      {l.ticks.map((x) => (
        <g key={x.t} class={x.planned ? 'planned' : ''}>
          <path d={`M${l.gutter} ${x.y}H${l.width - 12}`} />
          <text x={l.gutter - (l.gutter < 60 ? 6 : 8)} y={x.y + 4} text-anchor="end">
            {x.label}
          </text>
        </g>
      ))}
    </g>
  );
}

/** The thin line that a host's bands lie on. */
export function Lifelines({ l, from, to }: { l: Layout; from: number; to: number }) {
  const y0 = Math.max(from, l.axis.top - 18);
  return (
    <g class="lifelines" aria-hidden="true">
      {l.columns.map((c) => (
        <path key={c.host} class={c.host < 0 ? 'others' : ''} d={`M${c.x} ${y0}V${to}`} />
      ))}
    </g>
  );
}

export function Folds({ l, labels }: { l: Layout; labels: Labels }) {
  return (
    <g class="folds">
      {labels.pills.map((p, i) => {
        let zig = `M${l.gutter} ${p.y}l8 -5`;
        for (let k = 0; k < 3; k++) zig += 'l8 10l8 -10';
        zig += `l8 5H${l.width - 24}`;
        return (
          <g key={i}>
            <path d={zig} />
            {!p.shown && (
              <text class="gap" x={l.gutter - 4} y={p.y + 4} text-anchor="end">
                {p.gap}
              </text>
            )}
            {p.shown && (
              <>
                <rect x={p.x} y={p.y - 11} width={p.w} height={22} rx={11} />
                <text x={p.x + p.w / 2} y={p.y + 4} text-anchor="middle">
                  {p.text}
                </text>
              </>
            )}
          </g>
        );
      })}
    </g>
  );
}

const tone: Record<string, string> = {
  CLOSED: 'closed',
  CLOSE: 'closed',
  LISTEN: 'closed',
  SYN_SENT: 'opening',
  SYN_RECV: 'opening',
  ESTABLISHED: 'estab',
  TIME_WAIT: 'tw',
  off: 'off',
};

export function Bands(p: { list: BandBox[]; measure: Words['measure']; hosts: Host[]; lettered: boolean; choose?: unknown }) {
  return (
    <g class="bands" aria-hidden={p.choose ? undefined : 'true'}>
      {p.list.map((b) => {
        const h = b.y1 - b.y0;
        const c = p.lettered && !b.future ? b.connection : undefined;
        const name = b.state || `+${b.count}`;
        const w = p.measure(name, 'bold');
        const top = c && b.first ? 17 : 6;
        const rows: number[] = [];
        if (!b.future && b.w >= 11 && h >= w + 6 + top) for (let y = b.y0 + top + 2; y + w + 6 <= b.y1; y += 640) rows.push(y);
        return (
          <g key={`${b.host}.${b.flow}.${b.n}.${b.x}.${b.future}.${b.y0}`} class={`band ${b.state ? (tone[b.state] ?? 'closing') : 'over'}${b.future ? ' future' : ''}`}>
            <rect x={b.x} y={b.y0} width={Math.max(2, b.w - (b.w > 8 ? 0 : 1))} height={h}>
              <title>{`${p.hosts[b.host]?.name ?? ''}${c ? ` ${letter(c)} ${c.name}` : ''}: ${b.state || t('lab.more-connections', { n: b.count })}`}</title>
            </rect>
            {c && <rect class={`stripe h${c.id % HUES}`} x={b.x} y={b.y0} width={b.w < 7 ? 1.6 : 2.5} height={h} />}
            {c && b.first && b.w >= 9 && h > 15 && (
              <text class={`conn h${c.id % HUES}`} x={b.x + b.w / 2 + 1} y={b.y0 + 12} text-anchor="middle">
                {letter(c)}
              </text>
            )}
            {rows.map((y) => (
              <text key={y} transform={`translate(${b.x + b.w / 2 - 4 + (c ? 1 : 0)} ${y}) rotate(90)`}>
                {name}
              </text>
            ))}
            {!b.future && !rows.length && b.w >= 11 && h > 12 && <title>{name}</title>}
          </g>
        );
      })}
    </g>
  );
}

/** Segments drawn as one: opened by a click, or by Enter. */
export function Groups(p: { l: Layout; labels: Labels; hosts: Host[]; lang: string; chosen: string; tab: string; live: boolean }) {
  return (
    <g class="groups">
      {p.l.groups.map((b) => (
        <One key={b.id} b={b} places={p.labels.groups.filter((x) => x.id === b.id)} {...p} />
      ))}
    </g>
  );
}

interface OneProps {
  b: Band;
  places: { x: number; y: number; angle: number; text: string }[]; // of its words
  hosts: Host[];
  chosen: string;
  tab: string;
  live: boolean;
}

function One({ b, places, hosts, chosen, tab, live }: OneProps) {
  const key = `g${b.id}`;
  const cls = ['group', b.dim ? 'dim' : `k-${b.look}`];
  if (b.retx) cls.push('retx');
  if (b.lost) cls.push('lost');
  if (chosen === key) cls.push('chosen');
  return (
    <g class={cls.join(' ')} data-key={key} role={live ? 'button' : 'img'} tabindex={live ? (tab === key ? 0 : -1) : undefined} aria-label={describeBand(b, hosts)}>
      {b.count > 2 && <path class="area" d={`${path(b.shape)}z`} />}
      {b.ways.map((w, i) => (
        <path key={i} class="way" d={path(w)} />
      ))}
      {!b.dim && !b.lost && [b.ways[0], b.ways[b.ways.length - 1]].map((w, i) => <path key={i} class="tip" d={tip(w[w.length - 2] ?? w[0], w[w.length - 1], false)} />)}
      {b.lost > 0 &&
        [b.ways[0], b.ways[b.ways.length - 1]].map((w, i) => <path key={i} class="cross" d={`M${w[w.length - 1].x - 5} ${w[w.length - 1].y - 5}l10 10m0 -10l-10 10`} />)}
      {places.map((x) => (
        <g key={`${x.x}.${x.y}`} transform={turned(x)} class="plate">
          <text x={6}>{x.text}</text>
        </g>
      ))}
      <title>{describeBand(b, hosts)}</title>
    </g>
  );
}

export function Brackets({ list, labels, hosts }: { list: Bracket[]; labels: Labels; hosts: Host[] }) {
  return (
    <g class="brackets">
      {list.map((b) => {
        const s = b.side;
        const key = `${b.subject}.${b.field}.${b.first}`;
        const top = `M${b.x0} ${b.y0}H${b.x1}V${b.y1}`;
        return (
          <g key={key} class={`bracket ${b.end}`} role="img" aria-label={describeBracket(b, hosts)}>
            <path d={b.end === 'pending' && b.open ? top : b.end === 'cancelled' ? top : `${top}H${b.x0}`} />
            {b.notches.slice(-60).map((y) => (
              <path key={y} d={`M${b.x1 - 4 * s} ${y}H${b.x1 + 4 * s}`} />
            ))}
            {b.end === 'cancelled' && <path class="tick" d={`M${b.x1 - 5} ${b.y1 - 3}l4 4l7 -8`} />}
          </g>
        );
      })}
      {labels.brackets.map((x) => (
        <text key={`${x.b.subject}.${x.b.field}.${x.b.first}`} class={`bracket-text ${x.b.end}`} transform={turned(x)}>
          {x.text}
        </text>
      ))}
    </g>
  );
}

export function Future({ l, labels, hidden }: { l: Layout; labels: Labels; hidden: boolean }) {
  if (hidden) {
    return (
      <g class="future">
        <text x={(l.gutter + l.width) / 2} y={l.axis.y + 46} text-anchor="middle">
          {t('lab.future-hidden')}
        </text>
      </g>
    );
  }
  return (
    <g class="future">
      {l.rings.map((r) => (
        <circle key={`${r.host}.${r.p.subject}.${r.p.at}.${r.p.name}`} cx={r.x} cy={r.y} r={5}>
          <title>{`${instant(r.p.at)} ${r.p.name}`}</title>
        </circle>
      ))}
      {labels.left.map((x) => (
        <text key={`${x.x}.${x.y}`} class="left" x={x.x} y={x.y} text-anchor={x.side > 0 ? 'start' : 'end'} data-at={x.at} />
      ))}
    </g>
  );
}

export function Notes(p: {
  measure: Words['measure'];
  list: { box: NoteBox; text: string }[];
  chosen: string;
  tab: string;
  lit: ReadonlySet<string>;
  hosts: Host[];
  live: boolean;
}) {
  const named = new Set<number>();
  const times = new Map<string, number>();
  const keyOf = (n: number, text: string) => {
    const k = `${n}.${text.replace(/ ×\d+$|…?→.*$/, '')}`;
    const i = times.get(k) ?? 0;
    times.set(k, i + 1);
    return `${k}.${i}`;
  };
  return (
    <g class="notes">
      {p.list.map(({ box, text }) => {
        const { note } = box;
        const key = `e${note.n}`;
        const first = !named.has(note.n);
        named.add(note.n);
        const live = p.live && first && !box.planned;
        const w = p.measure(text, 'mono');
        const narrow = !text;
        const lead = `M${round(box.anchor.x + box.side * 3)} ${round(box.anchor.y)}L${round(box.lead)} ${round(box.y)}`;
        return (
          <g
            key={keyOf(note.n, note.text)}
            class={`note ${note.what}${box.planned ? ' planned' : ''}${p.chosen === key ? ' chosen' : ''}${p.lit.has(key) ? ' lit' : ''}`}
            data-key={live ? key : undefined}
            role={live ? 'button' : undefined}
            tabindex={live ? (p.tab === key ? 0 : -1) : undefined}
            aria-label={live ? `${p.hosts[note.host]?.name ?? ''}, ${instant(note.at)}: ${note.text}` : undefined}
          >
            {!narrow && <rect class="note-bg" x={box.side < 0 ? box.x - w - 3 : box.x - 3} y={box.y - 9} width={w + 6} height={18} />}
            {!narrow && <path class="lead" d={lead} />}
            <path class="pin" d={box.side < 0 ? `M${box.anchor.x - 1} ${box.anchor.y}l-6 -3.5v7z` : `M${box.anchor.x + 1} ${box.anchor.y}l6 -3.5v7z`} />
            {narrow && (
              <circle class="spot" cx={box.anchor.x + box.side * 7} cy={box.anchor.y} r={4}>
                <title>{`${p.hosts[note.host]?.name ?? ''}: ${note.text}`}</title>
              </circle>
            )}
            {!narrow && note.what === 'queue' && <rect class="pill" x={box.side < 0 ? box.x - w - 5 : box.x - 4} y={box.y - 8.5} width={w + 7} height={17} rx={5} />}
            {!narrow && (
              <text x={box.x} y={box.y + 4} text-anchor={box.side < 0 ? 'end' : 'start'}>
                {text}
                <title>{note.text}</title>
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

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

/** Drawn anew only when something about it is different. */
export class Segment extends Component<SegmentProps> {
  shouldComponentUpdate(next: SegmentProps): boolean {
    const p = this.props;
    return (
      next.a !== p.a ||
      next.chosen !== p.chosen ||
      next.lit !== p.lit ||
      next.tab !== p.tab ||
      next.live !== p.live ||
      next.lang !== p.lang ||
      look(next.label) !== look(p.label) ||
      next.fate?.text !== p.fate?.text ||
      next.fate?.x !== p.fate?.x ||
      next.fate?.y !== p.fate?.y
    );
  }
  render() {
    return <Way {...this.props} />;
  }
}

const look = (l?: ArrowLabel) => (l ? `${l.x} ${l.y} ${l.parts.map((p) => p.text).join(' ')}` : '');

function Way({ a, label, fate, hosts, chosen, lit, tab, live }: SegmentProps) {
  const flying = a.fate === 'flying';
  const drawn = a.pts.slice(0, a.end + 1);
  const ghost = a.fate === 'lost' ? a.pts.slice(a.end) : [];
  const held = a.fate === 'held';
  const line = held ? drawn.slice(0, -1) : drawn;
  const cls = ['seg', `k-${a.look}`, a.fate];
  if (a.retx) cls.push('retx');
  if (a.bad) cls.push('bad');
  if (a.forged) cls.push('forged');
  if (a.copy) cls.push('copy');
  if (chosen) cls.push('chosen');
  if (lit) cls.push('lit');
  const form = (pts: Pt[]) => path(a.bad ? jagged(pts) : pts);
  const head = a.pts[a.pts.length - 1];
  const prev = a.pts[a.pts.length - 2] ?? head;
  const arrives = a.fate === 'delivered' || a.fate === 'dropped' || flying;
  return (
    <g
      class={cls.join(' ')}
      data-key={`p${a.id}`}
      data-id={a.id}
      data-flying={flying ? '' : undefined}
      role={live ? 'button' : 'img'}
      tabindex={live ? (tab ? 0 : -1) : undefined}
      aria-label={describe(a, hosts)}
    >
      <path class="hit" d={path(a.pts)} />
      {ghost.length > 1 && <path class="wish" d={path(ghost)} />}
      {flying ? (
        <>
          <path class="rest" d={form(drawn)} />
          <path class="done" />
        </>
      ) : (
        <path class="line" d={form(line)} />
      )}
      {a.forged && !flying && <path class="hollow" d={form(line)} />}
      {held && a.pause && <path class="wait" d={path([a.pause, head])} />}
      {arrives && <path class="tip" d={tip(prev, head, a.forged)} />}
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
      {flying && (
        <>
          <circle class="halo" r={12} />
          <circle class="dot" r={5.5} />
        </>
      )}
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

function tip(from: Pt, to: Pt, hollow: boolean): string {
  const a = Math.atan2(to.y - from.y, to.x - from.x);
  const at = (dx: number, dy: number) => `${round(to.x + dx * Math.cos(a) - dy * Math.sin(a))} ${round(to.y + dx * Math.sin(a) + dy * Math.cos(a))}`;
  const k = hollow ? 13 : 11;
  return `M${at(0, 0)}L${at(-k, -5.5)}L${at(-k, 5.5)}z`;
}
