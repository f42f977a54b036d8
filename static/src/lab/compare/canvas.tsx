import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { TOP } from '../../diagram/places';
import type { Words } from '../../diagram/sheet';
import { useSize } from '../../diagram/useSize';
import { words } from '../../diagram/words';
import { lang, t } from '../../i18n';
import { hello } from '../state';
import { Hosts } from './hosts';
import { focusSoon, go } from './move';
import { Outcomes } from './outcomes';
import { Over, Under } from './over';
import { Pane } from './pane';
import { Rail } from './rail';
import { lifelines, sameFate, sharedUntil } from './share';
import { type Plan, plan, RAIL } from './sheets';
import { type Comparison, compared, eventAt, everyHost, type Future, focus, head, letter, type Picked, picked, pointed, why } from './state';
import { Letter, nameOf } from './top';
import { WhyCard } from './why';

const BLOCK = 240; // pixels: so far the view scrolls before it is drawn anew
const NARROW = 700; // pixels of room for less than two sides

const none: ReadonlySet<string> = new Set();

/** The sides on one axis; on a narrow page one of them, and the other as a rail. */
export function Canvas({ c }: { c: Comparison }) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const narrow = size.width > 0 && size.width < NARROW;
  const hosts = hello.value?.hosts ?? [];
  const w = useMemo(() => words({ options: false, hosts, secret: false, lettered: false }), [hosts, lang.value]);
  const seen = narrow ? [c.futures[focus.value]] : c.futures;
  const p = usePlan(c, seen, narrow, size);
  const [from, to, scrolled] = useWindow(box, size.height, p?.height ?? 0);
  useShowHead(box, p, c);
  const lit = useLit(c);
  const hover = pointed.value && c.futures[pointed.value.side].data.timeOf(pointed.value.n);
  const width = narrow ? size.width - RAIL : size.width;
  if (!p)
    return (
      <div class="cmp-view">
        <div class="cmp-scroll" ref={box} />
      </div>
    );
  const over = {
    plan: p,
    width,
    from,
    to,
    w,
    at: head.value,
    hover,
    parting: narrow ? t('compare.part-short') : c.answer.parting,
    joins: !narrow,
  };
  return (
    <div class={`cmp-view${narrow ? ' narrow' : ''}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <div class="cmp-scroll" ref={box} tabIndex={0} role="region" aria-label={t('compare.view')} onScroll={scrolled}>
        <div class="cmp-body" style={{ height: `${p.height}px` }}>
          <Under {...over} />
          <Panes p={p} seen={seen} over={over} lit={lit} />
          <Over {...over} />
          {p.sides.map((_, i) => (
            <Outcomes key={seen[i].i} c={c} f={seen[i]} plan={p} i={i} narrow={narrow} />
          ))}
          <Hosts plan={p} futures={seen} hosts={hosts} />
          {!narrow && why.value && <WhyCard c={c} plan={p} view={{ top: from, height: size.height }} />}
        </div>
        {narrow && <Rail c={c} plan={p} />}
      </div>
      {narrow && (
        <b class="cmp-rail-letter" aria-hidden="true">
          <Letter i={(focus.value + 1) % c.futures.length} />
        </b>
      )}
      {narrow && why.value && <WhyCard c={c} plan={null} view={{ top: 0, height: size.height }} />}
    </div>
  );
}

interface PanesProps {
  p: Plan;
  seen: Future[];
  over: { from: number; to: number; w: Words };
  lit: ReadonlySet<string>[];
}

/** What they share, and each side below it. */
function Panes({ p, seen, over: { from, to, w }, lit }: PanesProps) {
  const hosts = hello.value?.hosts ?? [];
  const all = { w, hosts, lang: lang.value, pick };
  return (
    <>
      {p.shared && from < p.joinY && (
        <Pane {...all} {...p.shared} side={-1} label={t('compare.shared')} from={from} to={Math.min(to, p.joinY)} split={p.split} lit={lit[0] ?? none} />
      )}
      {(to > p.apartY ? p.sides : []).map((s, i) => (
        <Pane
          key={seen[i].i}
          {...all}
          {...s}
          side={seen[i].i}
          label={`${letter(seen[i].i)}: ${nameOf(seen[i])}`}
          place={p.places[i]}
          from={Math.max(from, p.apartY)}
          to={to}
          split={p.shared ? p.split : 0}
          lit={lit[seen[i].i] ?? none}
        />
      ))}
    </>
  );
}

/** What a click, the focus, or a key on something of a side does. */
function pick(x: Picked, how: 'click' | 'enter' | 'focus' | 'key'): void {
  picked.value = x;
  focus.value = x.side;
  if (how === 'key') {
    go(compared.peek()?.futures[x.side].data.timeOf(x.n) ?? 0);
    focusSoon(x.side, x.key);
  } else if (how !== 'focus') why.value = { side: x.side, n: x.n };
}

function usePlan(c: Comparison, seen: Future[], narrow: boolean, size: { width: number; height: number }): Plan | null {
  const hosts = hello.value?.hosts?.length ?? 0;
  const links = hello.value?.links ?? [];
  const all = everyHost.value;
  return useMemo(() => {
    if (size.width < 100) return null;
    const sides = c.futures.map((f) => f.data);
    const end = Math.max(...sides.map((d) => d.timeOf(d.tip)));
    return plan({
      sides: seen.map((f) => f.data),
      links,
      hosts,
      shown: lifelines(hosts, sameFate(sides, hosts), links, all),
      width: narrow ? size.width - RAIL : size.width,
      minHeight: size.height - 1,
      split: narrow ? 0 : sharedUntil(sides, c.answer.part, end),
      part: c.answer.part,
      joined: !narrow,
      beside: narrow ? sides : undefined,
    });
  }, [c, narrow, narrow ? focus.value : 0, size.width, size.height, all]);
}

/** The heights that are drawn: what is in view, and a little around it. */
function useWindow(box: { current: HTMLElement | null }, height: number, whole: number): [number, number, () => void] {
  const [block, setBlock] = useState(0);
  const scrolled = () => setBlock(Math.floor((box.current?.scrollTop ?? 0) / BLOCK));
  if (whole <= 2400) return [0, whole, scrolled];
  const at = Math.min(block, Math.floor(whole / BLOCK));
  return [Math.max(0, (at - 1) * BLOCK), Math.min(whole, at * BLOCK + height + 2 * BLOCK), scrolled];
}

/** Keeps the play head in view. */
function useShowHead(box: { current: HTMLElement | null }, p: Plan | null, c: Comparison): void {
  const first = useRef<Comparison | null>(null);
  const show = (jump: boolean) => {
    const el = box.current;
    if (!el || !p) return;
    const y = p.sides[0].sheet.axis.y(head.peek());
    const top = el.scrollTop;
    if (y > top + TOP + 24 && y < top + el.clientHeight - 60) return;
    const still = jump || matchMedia('(prefers-reduced-motion: reduce)').matches;
    el.scrollTo({ top: Math.max(0, y - el.clientHeight * 0.6), behavior: still ? 'instant' : 'smooth' });
  };
  useLayoutEffect(() => {
    if (!p) return;
    show(first.current !== c);
    first.current = c;
  }, [p, c]);
  useEffect(() => show(false), [head.value]);
}

/** What happens across at the instant of what is chosen or pointed at, by side. */
function useLit(c: Comparison): ReadonlySet<string>[] {
  const x = pointed.value ?? picked.value;
  return useMemo(() => {
    if (!x) return [];
    const at = c.futures[x.side].data.timeOf(x.n);
    return c.futures.map((f) => {
      const out = new Set<string>();
      for (let k = eventAt(f, at); k > 0 && f.data.timeOf(k) === at; k--) {
        out.add(`e${k}`);
        const frame = f.data.frame(k);
        if (frame?.kind === 'arrive' && frame.packet) out.add(`p${frame.packet}`);
        for (const e of frame?.effects ?? []) if (e.kind === 'sent' && e.packet) out.add(`p${e.packet.id}`);
      }
      return out;
    });
  }, [c, x?.side, x?.n]);
}
