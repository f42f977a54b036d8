import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Layout } from '../../diagram/sheet';
import { duration } from '../../diagram/time';
import { useSize } from '../../diagram/useSize';
import { t } from '../../i18n';
import { asking, clock, data, hello, linear, n, now, rev, schemas, time } from '../state';
import { frameOf } from './frame';
import { goTo } from './go';
import { Lanes } from './lanes';
import { type Overview, overview } from './overview';
import { paint, palette } from './paint';
import { inView, markSays } from './summary';
import { onKey, useScrolling } from './useScrolling';

const OFTEN = 100; // ms: a run that grows is drawn anew so often at most

/** The whole run beside the diagram: an overview of it, and its scroll bar. */
export function MiniMap({ l }: { l: Layout }) {
  const bar = useRef<HTMLDivElement>(null);
  const size = useSize(bar);
  const o = useOverview(l, size.height);
  return (
    <div class="map" role="group" aria-label={t('map.label')}>
      <p class="map-title">
        <b>{t('map.label')}</b> <span class="mono quiet">{o ? duration(Math.round(o.axis.end / 1e7) * 1e7 || o.axis.end) : ''}</span>
      </p>
      <Lanes o={o} width={size.width} hosts={hello.value?.hosts ?? []} />
      <Bar o={o} l={l} bar={bar} width={size.width} />
    </div>
  );
}

/** The overview of what is known, made anew when that grows. */
function useOverview(l: Layout, height: number): Overview | null {
  const [o, setO] = useState<Overview | null>(null);
  const last = useRef(0);
  const d = data.value;
  const upTo = asking.value ? n.value : Number.POSITIVE_INFINITY; // what comes next is asked
  const known = l.run.version;
  useEffect(() => {
    if (!d || height < 40) return;
    const wait = Math.max(0, last.current + OFTEN - performance.now());
    const id = setTimeout(() => {
      last.current = performance.now();
      setO(overview(d, schemas.peek(), l.run, l.linear, Math.floor(height), upTo));
    }, wait);
    return () => clearTimeout(id);
  }, [d, l.run, known, rev.value, linear.value, height, upTo]);
  return o;
}

interface BarProps {
  o: Overview | null;
  l: Layout;
  bar: { current: HTMLDivElement | null };
  width: number;
}

function Bar({ o, l, bar, width }: BarProps) {
  const latest = useRef<{ o: Overview | null; l: Layout }>({ o, l });
  latest.current = { o, l };
  const [tip, setTip] = useState<{ y: number; text: string } | null>(null);
  const scrolling = useScrolling(bar, latest);
  useFrame(bar, o);
  const at = (e: MouseEvent) => e.clientY - (bar.current?.getBoundingClientRect().top ?? 0);
  const hit = (e: MouseEvent): number => (o ? o.merged.findIndex((m) => Math.abs(m.y - at(e)) < 5) : -1);
  return (
    <div
      class="map-bar"
      ref={bar}
      role="scrollbar"
      tabIndex={0}
      aria-orientation="vertical"
      aria-controls="run"
      aria-label={t('map.scroll')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      onKeyDown={(e) => {
        if (onKey(e, l)) e.preventDefault();
      }}
      {...scrolling}
      onMouseMove={(e) => {
        const k = hit(e);
        const next = k < 0 || !o ? null : { y: o.merged[k].y, text: markSays(o, k) };
        if (next?.text !== tip?.text) setTip(next);
      }}
      onMouseLeave={() => setTip(null)}
      onDblClick={(e) => {
        const k = hit(e);
        if (o && k >= 0) goTo(o.merged[k].worst);
      }}
    >
      <Picture o={o} width={width} />
      <i class="map-later" />
      <i class="map-now" />
      <i class="map-frame" />
      {tip && (
        <span class="map-tip" style={{ top: `${tip.y}px` }} aria-hidden="true">
          {tip.text}
        </span>
      )}
    </div>
  );
}

function Picture({ o, width }: { o: Overview | null; width: number }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const el = ref.current;
    const c = el?.getContext('2d');
    if (!el || !c || !o || width < 20) return;
    const draw = () => {
      const k = devicePixelRatio || 1;
      el.width = Math.round(width * k);
      el.height = Math.round(o.height * k);
      c.setTransform(k, 0, 0, k, 0, 0);
      paint(c, o, width, palette(el));
    };
    draw();
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((m) => matchMedia(m));
    for (const m of media) m.addEventListener('change', draw);
    return () => {
      theme.disconnect();
      for (const m of media) m.removeEventListener('change', draw);
    };
  }, [o, width]);
  return <canvas ref={ref} aria-hidden="true" />;
}

/** The frame, the play head and the words go with the view; nothing is drawn for it. */
function useFrame(bar: { current: HTMLDivElement | null }, o: Overview | null): void {
  const place = () => {
    const el = bar.current;
    const { from, to } = time.range.value;
    const head = clock.value ?? now.value;
    if (!el || !o) return;
    const f = frameOf(o.axis, o.height, from, to);
    el.style.setProperty('--from', `${f.y0}px`);
    el.style.setProperty('--to', `${f.y1}px`);
    el.style.setProperty('--now', `${Math.max(0, Math.min(o.height, o.axis.y(head)))}px`);
    const room = o.height - (f.y1 - f.y0);
    el.setAttribute('aria-valuenow', String(room > 0 ? Math.round((100 * f.y0) / room) : 0));
    el.setAttribute('aria-valuetext', inView(o, from, to));
  };
  useSignalEffect(place);
  useEffect(place, [o]);
}
