import type { Host } from '../proto';
import { path, tip, turned } from './geom';
import { kept } from './kept';
import type { Band, Labels, Layout } from './sheet';
import { describeBand } from './words';

/** Segments drawn as one: opened by a click, or by Enter. */
export function Groups(p: { l: Layout; labels: Labels; hosts: Host[]; lang: string; chosen: string; tab: string; live: boolean }) {
  return (
    <g class="groups">
      {p.l.groups.map((b) => (
        <Sheaf
          key={b.id}
          b={b}
          places={p.labels.groups.filter((x) => x.id === b.id)}
          hosts={p.hosts}
          lang={p.lang}
          chosen={p.chosen === `g${b.id}`}
          tab={p.tab === `g${b.id}`}
          live={p.live}
        />
      ))}
    </g>
  );
}

interface SheafProps {
  b: Band;
  places: { x: number; y: number; angle: number; text: string }[]; // of its words
  hosts: Host[];
  lang: string;
  chosen: boolean;
  tab: boolean;
  live: boolean;
}

const Sheaf = kept(({ b, places, hosts, chosen, tab, live }: SheafProps) => {
  const key = `g${b.id}`;
  const edges = b.count > 1 ? [b.first, b.last] : [b.first];
  const cls = ['group', b.dim ? 'dim' : `k-${b.look}`];
  if (b.retx) cls.push('retx');
  if (b.lost) cls.push('lost');
  if (chosen) cls.push('chosen');
  return (
    <g class={cls.join(' ')} data-key={key} role={live ? 'button' : 'img'} tabindex={live ? (tab ? 0 : -1) : undefined} aria-label={describeBand(b, hosts)}>
      {b.count > 1 && <path class="area" d={`${path([...b.first, ...[...b.last].reverse()])}z`} />}
      <path class="way" d={b.between.map((w) => path(w)).join('')} />
      <path class="edge" d={edges.map((w) => path(w)).join('')} />
      {!b.dim && !b.lost && <path class="tip" d={edges.map((w) => tip(w[w.length - 2] ?? w[0], w[w.length - 1], false)).join('')} />}
      {b.lost > 0 && <path class="cross" d={edges.map((w) => `M${w[w.length - 1].x - 5} ${w[w.length - 1].y - 5}l10 10m0 -10l-10 10`).join('')} />}
      {places.map((x) => (
        <text key={`${x.x}.${x.y}`} transform={turned(x)} x={6}>
          {x.text}
        </text>
      ))}
      <title>{describeBand(b, hosts)}</title>
    </g>
  );
});
