import { choose } from '../act';
import { press } from '../canvas/actions';
import { replayStaged } from '../inspect/sysctl';
import { stepInto } from '../inspect/why';
import { go } from '../lesson/go';
import { shareKey } from '../share/strip';
import { bar, chosen, data, dialog, hello, lesson, linear, n, options, playing, staged, table, tip } from '../state';
import { back, play, seek } from '../sync';
import { forward, start } from './transport';

/** Single keys work while the lab has focus, never in a field and never with a modifier. */
export function onKey(e: KeyboardEvent): void {
  if (e.ctrlKey || e.altKey || e.metaKey || e.defaultPrevented || dialog.peek()) return;
  const el = e.target as HTMLElement;
  const typing = el.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');
  if (typing) return;
  const onButton = el.closest('button, a, label, summary, [role=radio], input') !== null;
  const run = (f: () => void) => {
    e.preventDefault();
    f();
  };
  const packet = bar.peek()?.packet ?? chosen.peek()?.packet;
  switch (e.key) {
    case ' ':
      if (!onButton) run(() => play(!playing.peek()));
      return;
    case 'ArrowLeft':
      if (!el.closest('.pop, [type=radio]')) run(back);
      return;
    case 'ArrowRight':
      if (!el.closest('.pop, [type=radio]')) run(forward);
      return;
    case 'Home':
      run(start);
      return;
    case 'End':
      run(() => seek(tip.peek()));
      return;
    case '?':
      run(() => {
        dialog.value = 'keys';
      });
      return;
    case 'Escape':
      if (bar.peek()) {
        bar.value = null;
        return;
      }
      choose(null);
      return;
  }
  const actions = { x: 'drop', l: 'delay', h: 'hold', u: 'duplicate', c: 'corrupt', e: 'edit' } as const;
  const key = e.key.toLowerCase();
  if (key in actions && packet !== undefined && data.peek()) {
    run(() => {
      const sent = data.peek()?.history.byPacket.get(packet)?.n ?? Number.POSITIVE_INFINITY;
      if (sent > n.peek()) return;
      press(packet, actions[key as keyof typeof actions]);
    });
    return;
  }
  const others: Record<string, () => void> = {
    n: () => void next(),
    i: () => stepInto(e.shiftKey ? -1 : 1),
    a: () => {
      linear.value = !linear.peek();
    },
    o: () => {
      options.value = !options.peek();
    },
    t: () => {
      table.value = !table.peek();
    },
  };
  const way = others[key] ?? shareKey(key, hello.peek()?.session ?? '');
  if (way) run(way);
}

/** What comes next: the settings waiting for a replay, the next step of a lesson, or the next event. */
async function next(): Promise<void> {
  if (Object.keys(staged.peek()).length) return replayStaged();
  const l = lesson.peek();
  if (l?.done && l.step < l.steps - 1) return go('next');
  forward();
}
