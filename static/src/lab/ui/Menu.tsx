import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './Icon';
import { beside } from './place';

interface Props {
  label: ComponentChildren; // on the button
  name: string; // of the list, for those who hear it
  title?: string;
  class?: string; // of the button
  list?: string; // further classes of the list
  bare?: boolean; // no arrow beside the label: it says what it opens by its name
  end?: boolean; // the list ends where the button ends
  pressed?: boolean;
  command?: string; // of docs/keys.md: its key opens the list
  disabled?: boolean;
  children: (close: () => void) => ComponentChildren; // asked only while it is open
}

const stops = 'button:not(:disabled), a[href], input:not(:disabled), select, textarea';

/**
 * A button and what it opens: a native popover, so that a click elsewhere or
 * Escape closes it, and only it; the focus comes back to the button.
 */
export function Menu(p: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const el = list.current;
    if (!open || !el) return;
    const put = () => button.current && placeList(el, button.current, !!p.end);
    // Not shown yet: its size is known when the observer first speaks, before it is painted.
    const watch = new ResizeObserver(put);
    watch.observe(el);
    addEventListener('resize', put);
    return () => {
      watch.disconnect();
      removeEventListener('resize', put);
    };
  }, [open]);
  const close = () => list.current?.hidePopover();
  return (
    <div
      class="menu-of"
      onKeyDown={(e) => open && list.current && onKey(e, list.current)}
      onFocusOut={(e) => {
        const to = e.relatedTarget as Node | null;
        if (open && to && !e.currentTarget.contains(to)) close();
      }}
    >
      <button
        ref={button}
        type="button"
        class={p.class}
        title={p.title}
        disabled={p.disabled}
        aria-expanded={open}
        aria-pressed={p.pressed}
        data-command={p.command}
        aria-label={p.bare ? p.name : undefined}
        popovertarget={id}
      >
        {p.label}
        {!p.bare && <Icon name="down" />}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        class={`menu ${p.list ?? ''}`}
        role="group"
        aria-label={p.name}
        onBeforeToggle={(e) => setOpen(e.newState === 'open')}
        onToggle={(e) => {
          const had = document.activeElement;
          if (e.newState === 'open' && !list.current?.contains(had)) list.current?.querySelector<HTMLElement>(stops)?.focus({ preventScroll: true });
          if (e.newState === 'closed' && had === document.body) button.current?.focus({ preventScroll: true });
        }}
      >
        {open && p.children(close)}
      </div>
    </div>
  );
}

export function placeList(el: HTMLElement, button: HTMLElement, end: boolean): void {
  const view = { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: innerHeight };
  el.style.removeProperty('max-height');
  const at = beside(button.getBoundingClientRect(), { width: el.offsetWidth, height: el.offsetHeight }, view, end);
  el.style.setProperty('left', `${at.left}px`);
  el.style.setProperty('top', `${at.top}px`);
  el.style.setProperty('max-height', `${at.height}px`);
}

/** Arrow keys go over the list; Escape, which the browser obeys, is for this list only. */
function onKey(e: KeyboardEvent, list: HTMLElement): void {
  const el = e.target as HTMLInputElement;
  const radio = el.type === 'radio';
  if (e.key === 'Escape') e.stopPropagation();
  const all = [...list.querySelectorAll<HTMLElement>(stops)];
  const i = all.indexOf(el);
  const text = el.matches('input:not([type=checkbox], [type=radio]), textarea');
  const to = e.key === 'ArrowDown' && !radio ? i + 1 : e.key === 'ArrowUp' && !radio ? (i < 0 ? -1 : i - 1) : e.key === 'Home' && !text ? 0 : e.key === 'End' && !text ? -1 : null;
  if (to === null || !all.length) return;
  e.preventDefault();
  e.stopPropagation();
  all.at(to % all.length)?.focus();
}
