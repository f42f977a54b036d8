import { announce } from '../say';
import { hello } from '../state';
import { keyName, meaning } from '../toolbar/keytable';
import { endComparing } from './open';
import { compared, differences, eventAt, type Future, focus, head, letter, picked, running, said, times, why } from './state';

// Moving the one play head, and the focus between the sides.

/** What happens on each side at an instant. */
export function rowAt(t: number): string {
  const hosts = hello.peek()?.hosts ?? [];
  return (compared.peek()?.futures ?? [])
    .map((f) => {
      const list = f.data.frames.filter((x) => x.at === t && x.kind !== 'act').map((x) => announce(x, f.data, hosts).replace(/^[^,，]*[,，]\s*/, ''));
      return list.length ? `${letter(f.i)}: ${list.join('; ')}` : '';
    })
    .filter(Boolean)
    .join('. ');
}

export function go(t: number): void {
  head.value = t;
  said.value = rowAt(t);
}

function stop(): void {
  running.value = false;
}

/** The next instant at which something happens on either side. */
export function step(): boolean {
  const t = times.peek().find((x) => x > head.peek());
  if (t !== undefined) go(t);
  return t !== undefined;
}

export function stepOnce(): void {
  stop();
  step();
}

export function back(): void {
  stop();
  const t = times.peek().findLast((x) => x < head.peek());
  if (t !== undefined) go(t);
}

export function toStart(): void {
  stop();
  go(0);
}

export function toParting(): void {
  stop();
  const t = compared.peek()?.answer.part;
  if (t !== null && t !== undefined) go(t);
}

/** The next instant at which the sides differ; from the last one on, the first again. */
export function nextDifference(): void {
  stop();
  const all = differences.peek();
  const t = all.find((x) => x > head.peek()) ?? all[0];
  if (t !== undefined) go(t);
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** Plays all sides at once, an instant after the other. */
export function play(): void {
  running.value = !running.peek();
  clearTimeout(timer);
  const on = () => {
    if (!running.peek() || !step()) {
      running.value = false;
      return;
    }
    timer = setTimeout(on, 500);
  };
  if (running.peek()) on();
}

/** Puts the focus on a side: on what is chosen there, else on what happens at the play head. */
export function enter(i: number): void {
  const c = compared.peek();
  const f = c?.futures[i];
  if (!f) return;
  focus.value = i;
  const had = picked.peek();
  const key = had?.side === i ? had : keyAt(f, head.peek());
  if (key) picked.value = { side: i, key: key.key, n: key.n };
  focusSoon(i, key?.key ?? '');
}

interface Key {
  key: string;
  n: number;
}

/** What can be chosen of a side nearest before or at an instant: a segment that leaves, else an event. */
function keyAt(f: Future, t: number): Key | null {
  for (let k = eventAt(f, t); k > 0; k--) {
    const x = f.data.frame(k);
    const p = x?.effects?.find((e) => e.kind === 'sent')?.packet;
    if (p) return { key: `p${p.id}`, n: k };
    if (x && f.data.history.notes.some((o) => o.n === k)) return { key: `e${k}`, n: k };
  }
  return null;
}

/** Jumps to the same instant across. */
export function across(by: 1 | -1): void {
  const c = compared.peek();
  if (!c) return;
  const i = focus.peek() + by;
  if (i < 0 || i >= c.futures.length) return;
  const from = c.futures[focus.peek()];
  const p = picked.peek();
  if (p?.side === from.i) head.value = from.data.timeOf(p.n);
  picked.value = null;
  enter(i);
}

export function focusSoon(side: number, key: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const own = document.querySelector<SVGElement>(`.cmp-pane[data-side="${side}"]`);
      const shared = side === 0 ? document.querySelector<SVGElement>('.cmp-pane[data-side="-1"]') : null;
      const find = (pane: SVGElement | null) => (key ? pane?.querySelector<SVGElement>(`[data-key="${key}"]`) : null);
      (find(own) ?? find(shared) ?? own)?.focus({ preventScroll: true });
    }),
  );
}

const commands: Record<string, () => unknown> = {
  both: play,
  'side-a': () => enter(0),
  'side-b': () => enter(1),
  'side-left': () => across(-1),
  'side-right': () => across(1),
  'side-up': () => enter(focus.peek()),
  'side-down': () => enter(focus.peek()),
  'side-why': () => {
    const p = picked.peek();
    if (p) why.value = { side: p.side, n: p.n };
    return !!p;
  },
  'to-parting': toParting,
  'to-difference': nextDifference,
  'end-comparing': () => {
    if (why.peek()) why.value = null;
    else endComparing();
  },
};

export const compareCommands = () => Object.keys(commands);

/** Obeys a key of a comparison, unless it belongs to what has the focus. */
export function onCompareKey(e: KeyboardEvent): void {
  const name = keyName(e);
  const k = meaning(name, true);
  const el = e.target as HTMLElement;
  if (!k || el.closest(':popover-open')) return;
  if ((name === 'Space' || name === 'Enter') && el.closest('button, a, summary')) return;
  if (/[←→↑↓]|Home/.test(name) && el.closest('input')) return;
  if (commands[k.command]?.() !== false) e.preventDefault();
}
