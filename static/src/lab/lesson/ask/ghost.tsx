import { computed, type ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { TOP } from '../../../diagram/places';
import type { Layout } from '../../../diagram/sheet';
import { instant } from '../../../diagram/time';
import { t } from '../../../i18n';
import { narrow } from '../../phone/narrow';
import { data, hello, lesson, linear, time } from '../../state';
import type { Ask } from '../doc';
import { nudge, placeOf, put } from './axisfield';
import { guess, question, readTime } from './guess';

const ROOM = 190; // pixels that are not the axis
const LITTLE = 104; // the same on a narrow page: its heads, and room for the mark
const LEAST = 120; // pixels of the axis

/** The mark that the reader puts on the axis; once it is decided, the truth beside it and the length between them. */
export function Ghost({ laid }: { laid: ReadonlySignal<Layout | null> }) {
  const drawn = laid.value;
  const q = question();
  const at = lesson.value;
  useLinear(q, at?.step);
  if (q?.as !== 'axis' || !drawn || !at) return null;
  const never = (at.asked ? at.choice : guess.value) === 'never';
  const mine = at.asked ? readTime(at.choice ?? '') : placeOf(q);
  const truth = at.asked ? readTime(at.right ?? '') : null;
  const y = (ns: number) => drawn.axis.y(ns) - TOP;
  return (
    <div class={`ghost${guess.value || at.asked ? ' set' : ''}`}>
      {mine !== null && !never && (at.asked ? <Mine y={y(mine)} text={t('lesson.you-at', { time: instant(mine) })} /> : <Handle q={q} drawn={drawn} ns={mine} />)}
      {truth !== null && (
        <div
          class="ghost-line truth"
          style={{ top: `${y(truth)}px` }}
          role="img"
          aria-label={t('lesson.truth-at', { time: instant(truth) })}
          data-text={t('lesson.truth-at', { time: instant(truth) })}
        />
      )}
      {truth !== null && mine !== null && !never && Math.abs(y(truth) - y(mine)) > 16 && (
        <div class="ghost-gap" style={{ top: `${Math.min(y(truth), y(mine))}px`, height: `${Math.abs(y(truth) - y(mine))}px` }}>
          <span>{t(mine < truth ? 'lesson.early' : 'lesson.late', { time: instant(Math.abs(truth - mine)) })}</span>
        </div>
      )}
    </div>
  );
}

function Mine({ y, text }: { y: number; text: string }) {
  return <div class="ghost-line" style={{ top: `${y}px` }} role="img" aria-label={text} data-text={text} />;
}

/** The handle: dragged, clicked beside, or moved by arrow keys. */
function Handle({ q, drawn, ns }: { q: Ask; drawn: Layout; ns: number }) {
  const held = useRef(false);
  const box = useRef<HTMLDivElement>(null);
  const to = (e: PointerEvent) => {
    const r = box.current?.parentElement?.getBoundingClientRect();
    if (r) put(q, drawn.axis.t(e.clientY - r.top + TOP));
  };
  return (
    <div
      ref={box}
      class="ghost-line mine"
      style={{ top: `${drawn.axis.y(ns) - TOP}px` }}
      role="slider"
      tabIndex={0}
      aria-label={t('lesson.mark')}
      aria-valuemin={0}
      aria-valuemax={(q.endNano ?? 0) / 1e9}
      aria-valuenow={ns / 1e9}
      aria-valuetext={instant(ns)}
      aria-orientation="vertical"
      data-text={guess.value ? instant(ns) : t('lesson.drag-me')}
      onPointerDown={(e) => {
        held.current = true;
        e.preventDefault();
        e.stopPropagation();
        box.current?.setPointerCapture(e.pointerId);
        box.current?.focus({ preventScroll: true });
      }}
      onPointerMove={(e) => held.current && to(e)}
      onPointerUp={(e) => {
        if (held.current) to(e);
        held.current = false;
      }}
      onPointerCancel={() => {
        held.current = false;
      }}
      onKeyDown={(e) => {
        const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[e.key];
        if (!by) return;
        e.preventDefault();
        e.stopPropagation();
        nudge(q, by * (e.shiftKey ? 10 : 1));
      }}
    />
  );
}

const viewHeight = computed(() => time.range.value.height);

/** The axis is linear, and all of it in view, while a place on it is asked for. */
function useLinear(q: Ask | undefined, step: number | undefined): void {
  const on = q?.as === 'axis';
  const height = on ? viewHeight.value : 0;
  useEffect(() => {
    if (!on) return;
    const was = { linear: linear.peek(), scale: time.scale.peek() };
    linear.value = true;
    return () => {
      linear.value = was.linear;
      time.scale.value = was.scale;
    };
  }, [on, step, hello.value?.session]);
  // The sheet of a narrow page opens as far as the question is high.
  useEffect(() => {
    if (!on) return;
    const high = Math.max(LEAST, height - (narrow.peek() ? LITTLE : ROOM));
    time.scale.value = high / Math.max(1, (q.endNano ?? 1) - (data.peek()?.baseTime ?? 0));
  }, [on, step, hello.value?.session, height]);
}
