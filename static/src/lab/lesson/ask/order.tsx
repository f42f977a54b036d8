import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../../i18n';
import type { Answer, Ask } from '../doc';
import { Spans } from '../text';
import { guess, moved, shuffled } from './guess';

const list = signal<Answer[]>([]);
const held = signal(-1);

/** Events to be put in order: by dragging, by buttons, or by Alt and the arrow keys. */
export function OrderList({ ask }: { ask: Ask }) {
  const box = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    const keys = guess.peek().split(',');
    const all = ask.options ?? [];
    const known = keys.map((k) => all.find((x) => x.key === k));
    list.value = known.length === all.length && known.every((x) => x) ? (known as Answer[]) : shuffled(all);
  }, [ask]);
  const move = (from: number, to: number) => {
    if (to < 0 || to >= list.peek().length) return;
    list.value = moved(list.peek(), from, to);
    guess.value = list
      .peek()
      .map((x) => x.key)
      .join(',');
  };
  const drag = (e: PointerEvent) => {
    if (held.peek() < 0 || !box.current) return;
    const rows = [...box.current.children].map((el) => el.getBoundingClientRect());
    const to = rows.findIndex((r) => e.clientY < r.bottom);
    const at = to < 0 ? rows.length - 1 : to;
    if (at === held.peek()) return;
    move(held.peek(), at);
    held.value = at;
  };
  return (
    <ol
      class="order"
      ref={box}
      aria-label={t('lesson.order')}
      onPointerMove={drag}
      onPointerUp={() => {
        held.value = -1;
      }}
      onPointerCancel={() => {
        held.value = -1;
      }}
    >
      {list.value.map((x, i) => (
        <Row key={x.key} x={x} i={i} box={box} move={move} />
      ))}
    </ol>
  );
}

interface RowProps {
  x: Answer;
  i: number;
  box: { current: HTMLOListElement | null };
  move: (from: number, to: number) => void;
}

function Row({ x, i, box, move }: RowProps) {
  return (
    <li class={held.value === i ? 'held' : ''}>
      <button
        type="button"
        class="grip"
        aria-label={t('lesson.order-move', { n: i + 1, of: list.value.length })}
        title={t('lesson.order-keys')}
        onPointerDown={(e) => {
          held.value = i;
          box.current?.setPointerCapture(e.pointerId);
        }}
        onKeyDown={(e) => {
          const by = { ArrowUp: -1, ArrowDown: 1 }[e.key];
          if (!by) return;
          e.preventDefault();
          e.stopPropagation();
          move(i, i + by);
          requestAnimationFrame(() => box.current?.children[Math.max(0, Math.min(list.peek().length - 1, i + by))]?.querySelector<HTMLElement>('.grip')?.focus());
        }}
      >
        ⠿
      </button>
      <span>
        <Spans list={x.label} />
      </span>
      <span class="row">
        <button type="button" class="small" disabled={i === 0} aria-label={t('lesson.up')} onClick={() => move(i, i - 1)}>
          ↑
        </button>
        <button type="button" class="small" disabled={i === list.value.length - 1} aria-label={t('lesson.down')} onClick={() => move(i, i + 1)}>
          ↓
        </button>
      </span>
    </li>
  );
}
