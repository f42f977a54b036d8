import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Item } from '../../diagram/sheet';
import { focusItem, itemRect } from '../../diagram/view';
import { History } from '../inspect/causes/history';
import { fieldRef, type Ref } from '../inspect/causes/number';
import { bar, data, n, schemas } from '../state';
import { beside } from '../ui/place';

/** A value of the diagram whose history is open. */
const asked = signal<{ of: Ref; name: string; key: string } | null>(null);

/** Opens what set a state or a timer; false: it has no variable of its own. */
export function askAbout(item: Item): boolean {
  const d = data.peek();
  const { subject, field } = item.number ?? { subject: 0, field: -1 };
  const s = d?.state.subjects.get(subject) ?? d?.history.subjects.get(subject);
  const i = s && field < 0 ? schemas.peek().find(s.schema, 'State') : field;
  const name = s && i >= 0 ? schemas.peek().field(s.schema, i)?.label : undefined;
  if (!name) return false;
  bar.value = null;
  asked.value = { of: fieldRef(subject, i), name, key: item.key };
  return true;
}

/** The history of a value of the diagram, beside it. Escape gives the focus back. */
export function Asked() {
  const a = asked.value;
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!a || !el) return;
    el.showPopover();
    const put = () => {
      const rect = itemRect(a.key);
      if (!rect) return;
      const at = beside(
        { ...rect, bottom: Math.min(rect.bottom, rect.top + 24) },
        { width: el.offsetWidth, height: el.offsetHeight },
        { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: innerHeight },
      );
      el.style.setProperty('left', `${at.left}px`);
      el.style.setProperty('top', `${at.top}px`);
      el.style.setProperty('max-height', `${at.height}px`);
    };
    const watch = new ResizeObserver(put);
    watch.observe(el);
    el.querySelector<HTMLElement>('.history-of')?.focus({ preventScroll: true });
    return () => watch.disconnect();
  }, [a]);
  if (!a) return null;
  return (
    <div
      key={a.key}
      ref={ref}
      popover="auto"
      class="menu history"
      role="dialog"
      aria-label={a.name}
      onToggle={(e) => {
        if (e.newState !== 'closed') return;
        const had = document.activeElement;
        asked.value = null;
        if (had === document.body || had?.matches('.dg-svg') || ref.current?.contains(had)) focusItem(document.querySelector('.canvas .dg-svg'), a.key);
      }}
      onKeyDown={(e) => {
        if (e.key === 'Escape') e.stopPropagation(); // the browser closes it, and nothing else
      }}
    >
      <History of={a.of} name={a.name} n={n.value} under="h2" close={() => ref.current?.hidePopover()} />
    </div>
  );
}
