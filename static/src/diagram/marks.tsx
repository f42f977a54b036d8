import { t } from '../i18n';
import type { Host } from '../proto';
import { HUES, letter } from './filter';
import { turned } from './geom';
import { stateKey, timerKey } from './items';
import { kept } from './kept';
import type { BandBox, Bracket, Labels, Layout, Words } from './sheet';
import { instant } from './time';
import { describeBracket } from './words';

export function Ticks({ l }: { l: Layout }) {
  return (
    <g class="ticks" aria-hidden="true">
      {l.ticks.map((x) => (
        <Tick key={x.t} x={x} from={l.gutter} to={l.width - 12} />
      ))}
    </g>
  );
}

const Tick = kept(({ x, from, to }: { x: Layout['ticks'][number]; from: number; to: number }) => (
  <g class={x.planned ? 'planned' : ''}>
    <path d={`M${from} ${x.y}H${to}`} />
    <text x={from - (from < 60 ? 6 : 8)} y={x.y + 4} text-anchor="end">
      {x.label}
    </text>
  </g>
));

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

/** Gaps that were cut, with their lengths. */
export function Cuts({ l, labels }: { l: Layout; labels: Labels }) {
  return (
    <g class="folds">
      {labels.pills.map((p, i) => {
        let zig = `M${l.gutter} ${p.y}l8 -5`;
        for (let k = 0; k < 3; k++) zig += 'l8 10l8 -10';
        zig += 'l8 5';
        return (
          <g key={i}>
            <path class="torn" d={zig} />
            <path d={`M${l.gutter + 64} ${p.y}H${l.width - 24}`} />
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

/** Instants that are drawn from the top down: a bracket says that no time passes in them. */
export function Fans({ l, measure }: { l: Layout; measure: Words['measure'] }) {
  const text = t('lab.one-instant');
  const said = l.gutter >= 70 && measure(text, 'text') < l.gutter - 12;
  return (
    <g class="fans">
      {l.fans.map((f) => (
        <g key={f.t0}>
          <path d={`M${l.gutter + 4} ${f.y0}h-4V${f.y1}h4`}>
            <title>{`${instant(f.t0)}: ${text}`}</title>
          </path>
          {said && f.h > 44 && (
            <text x={l.gutter - 8} y={f.y0 + 20} text-anchor="end">
              {text}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

const tones: Record<string, string> = {
  CLOSED: 'closed',
  CLOSE: 'closed',
  LISTEN: 'closed',
  SYN_SENT: 'opening',
  SYN_RECV: 'opening',
  ESTABLISHED: 'estab',
  TIME_WAIT: 'tw',
  off: 'off',
};

/** The colour of a state. */
export const tone = (state: string) => tones[state] ?? 'closing';

interface BandsProps {
  list: BandBox[];
  measure: Words['measure'];
  hosts: Host[];
  lettered: boolean;
  live: boolean;
  tab: string;
}

/** What makes a state or a timer one of the things that keys go over. */
const asks = (key: string | undefined, live: boolean, tab: boolean) => (live && key ? { 'data-key': key, tabindex: tab ? 0 : -1 } : {});

export function Bands(p: BandsProps) {
  const { list, tab, ...all } = p;
  return (
    <g class="bands" aria-hidden={p.live ? undefined : 'true'}>
      {list.map((b) => (
        // What lies ahead begins where one stands: it stays the same band.
        <StateBand key={`${b.host}.${b.flow}.${b.n}.${b.x}.${b.future || b.y0}`} b={b} tab={tab === stateKey(b)} {...all} />
      ))}
    </g>
  );
}

const StateBand = kept(({ b, measure, hosts, lettered, live, tab }: Omit<BandsProps, 'list' | 'tab'> & { b: BandBox; tab: boolean }) => {
  const h = b.y1 - b.y0;
  const c = lettered && !b.future ? b.connection : undefined;
  const name = b.state || `+${b.count}`;
  const w = measure(name, 'bold');
  const top = c && b.first ? 17 : 6;
  const said = `${hosts[b.host]?.name ?? ''}${c ? ` ${letter(c)} ${c.name}` : ''}: ${b.state || t('lab.more-connections', { n: b.count })}`;
  const key = stateKey(b);
  const rows: number[] = [];
  if (!b.future && b.w >= 11 && h >= w + 6 + top) for (let y = b.y0 + top + 2; y + w + 6 <= b.y1; y += 640) rows.push(y);
  return (
    <g
      class={`band ${b.state ? tone(b.state) : 'over'}${b.future ? ' future' : ''}`}
      role={live && key ? 'button' : undefined}
      aria-label={live && key ? said : undefined}
      {...asks(key, live, tab)}
    >
      <rect x={b.x} y={b.y0} width={Math.max(2, b.w - (b.w > 8 ? 0 : 1))} height={h}>
        <title>{said}</title>
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
});

export function Brackets({ list, labels, hosts, live, tab }: { list: Bracket[]; labels: Labels; hosts: Host[]; live: boolean; tab: string }) {
  return (
    <g class="brackets">
      {list.map((b) => (
        <Timer key={timerKey(b)} b={b} hosts={hosts} live={live} tab={tab === timerKey(b)} />
      ))}
      {labels.brackets.map((x) => (
        <text key={`${x.b.subject}.${x.b.field}.${x.b.first}`} class={`bracket-text ${x.b.end}`} data-of={live ? timerKey(x.b) : undefined} transform={turned(x)}>
          {x.text}
        </text>
      ))}
    </g>
  );
}

const Timer = kept(({ b, hosts, live, tab }: { b: Bracket; hosts: Host[]; live: boolean; tab: boolean }) => {
  const s = b.side;
  const top = `M${b.x0} ${b.y0}H${b.x1}V${b.y1}`;
  return (
    <g class={`bracket ${b.end}`} role={live ? 'button' : 'img'} aria-label={describeBracket(b, hosts)} {...asks(timerKey(b), live, tab)}>
      {live && <path class="hit" d={`M${b.x1} ${b.y0}V${b.y1}`} />}
      <path d={b.end === 'pending' && b.open ? top : b.end === 'cancelled' ? top : `${top}H${b.x0}`} />
      {b.notches.slice(-60).map((y) => (
        <path key={y} d={`M${b.x1 - 4 * s} ${y}H${b.x1 + 4 * s}`} />
      ))}
      {b.end === 'cancelled' && <path class="tick" d={`M${b.x1 - 5} ${b.y1 - 3}l4 4l7 -8`} />}
    </g>
  );
});

export function Future({ l, labels, hidden }: { l: Layout; labels: Labels; hidden: boolean }) {
  if (hidden) {
    const below = Math.max(l.restY + 18, ...l.arrows.map((a) => a.pts[a.pts.length - 1].y)); // what is on its way is known, and drawn
    return (
      <g class="future">
        <text x={(l.gutter + l.width) / 2} y={below + 28} text-anchor="middle">
          {t('lab.future-hidden')}
        </text>
      </g>
    );
  }
  return (
    <g class="future">
      {l.rings.map((r, i) => (
        <circle key={i} cx={r.x} cy={r.y} r={5}>
          <title>{`${instant(r.p.at)} ${r.p.name}`}</title>
        </circle>
      ))}
      {labels.left.map((x, i) => (
        <text key={i} class="left" x={x.x} y={x.y} text-anchor={x.side > 0 ? 'start' : 'end'} data-at={x.at} />
      ))}
    </g>
  );
}
