import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { Inspector } from '../inspect/inspector';
import { asking, lesson, lessonDoc } from '../state';
import { Flight } from './flight';
import { type Pane, pane, segmentShown, stop, stops } from './narrow';

/** The height while a finger moves it, in percent of the page; null: it rests at a stop. */
const held = signal<number | null>(null);

/** What stands beside the diagram on a wide page stands under it on a narrow one. */
export function Sheet({ left }: { left: ComponentChildren }) {
  const segment = segmentShown();
  const panes: Pane[] = left ? ['lesson', 'inspect'] : ['inspect'];
  const now = panes.includes(pane.value) ? pane.value : panes[0];
  const ref = useRef<HTMLElement>(null);
  const height = held.value ?? stops[stop.value];
  useEffect(() => {
    ref.current?.closest<HTMLElement>('.app')?.style.setProperty('--sheet', `${height}`);
  }, [height]);
  useFit(ref, now === 'lesson' && !segment);
  return (
    <section class="sheet" ref={ref} aria-label={t('lab.sheet')}>
      <h2 class="sr">{t('lab.sheet')}</h2>
      <Grip />
      {segment ? (
        <Flight />
      ) : (
        <>
          {panes.length > 1 && <Panes list={panes} now={now} />}
          <div key={now} class={`sheet-body pane-${now}`}>
            {now === 'lesson' ? <aside class="left">{left}</aside> : <Inspector />}
          </div>
        </>
      )}
    </section>
  );
}

function Panes({ list, now }: { list: Pane[]; now: Pane }) {
  return (
    <nav class="panes" aria-label={t('lab.columns')}>
      {list.map((x) => (
        <button
          key={x}
          type="button"
          aria-pressed={x === now}
          onClick={() => {
            pane.value = x;
            stop.value = Math.max(1, stop.peek());
          }}
        >
          {t(x === 'lesson' && !lessonDoc.value ? 'lab.column-scene' : `lab.column-${x}`)}
        </button>
      ))}
    </nav>
  );
}

/** A question that opens is shown whole, as low as that can be; so is one that was covered for a while. */
function useFit(ref: { current: HTMLElement | null }, shown: boolean): void {
  const open = asking.value && shown;
  const step = lesson.value?.step;
  useEffect(() => {
    const body = ref.current?.querySelector('.sheet-body');
    if (!open || !body) return;
    const reveal = () => {
      const ask = body.querySelector<HTMLElement>('.ask');
      if (!ask) return false;
      const wants = ask.offsetHeight + 16 + (ref.current?.offsetHeight ?? 0) - body.clientHeight;
      stop.value = wants <= innerHeight * 0.3 ? 1 : 2;
      requestAnimationFrame(() => {
        body.scrollTop += ask.getBoundingClientRect().top - body.getBoundingClientRect().top - 8;
      });
      return true;
    };
    if (reveal()) return;
    // What is made, not chosen, is fetched when it is first asked for.
    const watch = new MutationObserver(() => {
      if (reveal()) watch.disconnect();
    });
    watch.observe(body, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [open, step]);
}

/** Moves the edge of the sheet: by finger, by a tap, by arrow keys. */
function Grip() {
  const from = useRef<{ y: number; height: number; moved: boolean } | null>(null);
  const end = (e: PointerEvent) => {
    const f = from.current;
    from.current = null;
    if (!f) return;
    const h = held.peek();
    held.value = null;
    if (e.type === 'pointercancel') return;
    if (h !== null && f.moved) stop.value = nearest(h);
  };
  return (
    <button
      type="button"
      class="sheet-grip"
      aria-label={t('lab.sheet-size', { percent: stops[stop.value] })}
      onClick={(e) => {
        if (e.detail === 0 || !e.currentTarget.dataset.moved) stop.value = (stop.peek() + 1) % stops.length;
        delete e.currentTarget.dataset.moved;
      }}
      onKeyDown={(e) => {
        const by = { ArrowUp: 1, ArrowDown: -1 }[e.key];
        if (!by) return;
        e.preventDefault();
        e.stopPropagation();
        stop.value = Math.max(0, Math.min(stops.length - 1, stop.peek() + by));
      }}
      onPointerDown={(e) => {
        from.current = { y: e.clientY, height: stops[stop.peek()], moved: false };
        e.currentTarget.setPointerCapture(e.pointerId);
      }}
      onPointerMove={(e) => {
        const f = from.current;
        if (!f || (!f.moved && Math.abs(e.clientY - f.y) < 8)) return;
        f.moved = true;
        e.currentTarget.dataset.moved = '1';
        held.value = Math.max(0, Math.min(100, f.height + ((f.y - e.clientY) / innerHeight) * 100));
      }}
      onPointerUp={end}
      onPointerCancel={end}
    />
  );
}

function nearest(h: number): number {
  return stops.reduce((best: number, s, i) => (Math.abs(s - h) < Math.abs(stops[best] - h) ? i : best), 0);
}
