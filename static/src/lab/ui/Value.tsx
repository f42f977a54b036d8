import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { History } from '../inspect/causes/history';
import { type Ref, watch } from '../inspect/causes/number';
import { placeList } from './Menu';

interface Props {
  of: Ref; // which number
  name: string; // "SYN-ACK timer", for those who hear it
  text: string; // the value as it is shown
  n?: number; // after which event; absent: where the page stands
  class?: string;
  children?: ComponentChildren; // instead of text
}

/**
 * A number that answers: a button that opens what set it, from what to what. Only
 * one is open at a time, and Escape gives the focus back.
 */
export function Value(p: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const el = list.current;
    if (!open || !el) return;
    const put = () => button.current && placeList(el, button.current, true);
    const watch = new ResizeObserver(put);
    watch.observe(el);
    addEventListener('resize', put);
    return () => {
      watch.disconnect();
      removeEventListener('resize', put);
    };
  }, [open]);
  return (
    <>
      <button ref={button} type="button" class={`value ${p.class ?? ''}`} tabIndex={-1} data-value="" popovertarget={id} aria-expanded={open}>
        {p.children ?? p.text}
        <span class="sr">{`, ${p.name}`}</span>
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        class="menu history"
        role="dialog"
        aria-label={p.name}
        onBeforeToggle={(e) => setOpen(e.newState === 'open')}
        onToggle={(e) => {
          const had = document.activeElement;
          if (e.newState === 'open') list.current?.querySelector<HTMLElement>('h4')?.focus({ preventScroll: true });
          if (e.newState === 'closed' && (had === document.body || list.current?.contains(had))) button.current?.focus({ preventScroll: true });
        }}
        onKeyDown={(e) => {
          if (e.key === 'Escape') e.stopPropagation(); // the browser closes it, and nothing else
          if (e.key.toLowerCase() === 'p' && p.of.fields?.length !== 0 && !e.ctrlKey && !e.metaKey && !e.altKey) watch(p.of, p.name);
        }}
      >
        {open && <History of={p.of} name={p.name} n={p.n} close={() => list.current?.hidePopover()} />}
      </div>
    </>
  );
}

/** The numbers of a panel: one stop for Tab, the arrows go from one to the next. */
export function Values({ children, class: cls }: { children: ComponentChildren; class?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const every = () => [...(box.current?.querySelectorAll<HTMLElement>('[data-value]') ?? [])];
  const all = () => every().filter((x) => x.checkVisibility());
  // What is in it draws itself anew without it: then the one that was the stop may be gone.
  useLayoutEffect(() => {
    if (!box.current) return;
    let due = 0;
    // Asking the browser what can be seen would make it lay the page out once more: in a panel only a table hides what is in it.
    const keep = () => {
      due = 0;
      const list = every();
      const open = list.filter((x) => !x.closest('details:not([open]), [hidden]'));
      const stop = open.find((x) => x.tabIndex === 0) ?? open[0];
      for (const x of list) if (x.tabIndex !== (x === stop ? 0 : -1)) x.tabIndex = x === stop ? 0 : -1;
    };
    const soon = () => {
      due ||= requestAnimationFrame(keep);
    };
    keep();
    const watch = new MutationObserver(soon);
    watch.observe(box.current, { childList: true, subtree: true });
    const el = box.current;
    el.addEventListener('toggle', keep, true); // of a table that opens or closes
    return () => {
      cancelAnimationFrame(due);
      watch.disconnect();
      el.removeEventListener('toggle', keep, true);
    };
  }, []);
  return (
    <div
      ref={box}
      class={cls}
      onFocusIn={(e) => {
        const to = (e.target as HTMLElement).closest<HTMLElement>('[data-value]');
        if (to) for (const x of all()) x.tabIndex = x === to ? 0 : -1;
      }}
      onKeyDown={(e) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
        const list = all();
        const i = list.indexOf(e.target as HTMLElement);
        if (!by || i < 0) return;
        e.preventDefault();
        e.stopPropagation();
        list[(i + by + list.length) % list.length].focus();
      }}
    >
      {children}
    </div>
  );
}
