import { choose } from '../act';
import { type ActionKey, press } from '../canvas/actions';
import { onCompareKey } from '../compare/move';
import { compare } from '../compare/open';
import { comparing } from '../compare/state';
import { nextLevel } from '../inspect/causes/levels';
import { stepInto } from '../inspect/why';
import { openLeft, redo, undo } from '../left/state';
import { go } from '../lesson/go';
import { toMark } from '../minimap/go';
import { shareKey } from '../share/strip';
import { bar, branches, charted, chosen, data, dialog, hello, lesson, lessonDoc, linear, n, options, playing, speed, tab, table, time, tip, wide } from '../state';
import { back, play, seek } from '../sync';
import { keyName, meaning } from './keytable';
import { forward, speeds, start } from './transport';

/** What a key does; false: nothing here, so that the browser may do what it does. */
type Run = () => unknown;

const toggle = (s: { value: boolean; peek: () => boolean }) => () => {
  s.value = !s.peek();
};

/** What a key does that only means something in a shared lab. */
const shared = (key: string) => () => {
  const run = shareKey(key, hello.peek()?.session ?? '');
  run?.();
  return !!run;
};

const show = (name: typeof dialog.value) => () => {
  dialog.value = name;
};

/** Presses the control of that command, where the page has one. */
const pressed = (name: string) => () => {
  const el = document.querySelector<HTMLElement>(`[data-command="${name}"]`);
  el?.click();
  return !!el;
};

/** Beside the branch that this one left. */
function compareHere(): unknown {
  const here = branches.peek().find((b) => b.id === data.peek()?.id);
  const other = here && here.parent >= 0 ? here.parent : branches.peek().at(-1)?.id;
  return other !== undefined && other !== here?.id && compare(other);
}

const faster = (by: 1 | -1) => () => {
  speed.value = speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(speed.peek()) + by))];
};

const commands = new Map<string, Run>(
  Object.entries({
    play: () => play(!playing.peek()),
    step: forward,
    back,
    next,
    start,
    end: () => seek(tip.peek()),
    into: () => stepInto(1),
    out: () => stepInto(-1),
    up: enter,
    down: enter,
    open: () => enter() && open(),
    drop: () => onSegment('drop'),
    delay: () => onSegment('delay'),
    hold: () => onSegment('hold'),
    duplicate: () => onSegment('duplicate'),
    corrupt: () => onSegment('corrupt'),
    edit: () => onSegment('edit'),
    axis: toggle(linear),
    'zoom-in': () => time.zoom(1.5),
    'zoom-out': () => time.zoom(1 / 1.5),
    'zoom-run': () => time.whole(),
    'zoom-flight': () => time.flight(),
    options: toggle(options),
    table: toggle(table),
    undo: () => void undo(),
    redo: () => void redo(),
    text: () => !lessonDoc.peek() && void openLeft('text'),
    level: nextLevel,
    search: show('search'),
    compare: compareHere,
    until: pressed('until'),
    slower: faster(-1),
    faster: faster(1),
    branches: pressed('branches'),
    filter: pressed('filter'),
    host: show('host'),
    call: show('call'),
    forge: show('forge'),
    way: show('way'),
    share: show('share'),
    export: pressed('export'),
    language: pressed('language'),
    theme: pressed('theme'),
    chart: toggle(charted),
    mark: () => toMark(1),
    'mark-back': () => toMark(-1),
    part: () => part(1),
    'part-back': () => part(-1),
    wide: () => {
      wide.value = tab.peek() !== 'shell' || !wide.peek();
      tab.value = 'shell';
    },
    'own-copy': shared('y'),
    'back-there': shared('r'),
    close,
    help: show('keys'),
  }),
);

/** Says what a command of docs/keys.md does. */
export function command(name: string, run: Run): void {
  commands.set(name, run);
}

export const commandNames = () => [...commands.keys()];

const TYPING = 'input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]';
const PRESSED = 'button, a, label, summary, [role=radio], input';

/** Obeys a key, unless it belongs to what has the focus. */
export function onKey(e: KeyboardEvent): void {
  if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing || e.defaultPrevented || dialog.peek()) return;
  if (comparing.peek()) {
    onCompareKey(e);
    return;
  }
  const name = keyName(e);
  const k = meaning(name);
  const el = e.target as HTMLElement;
  if (!k || el.closest(':popover-open:not(.pop)') || (el.closest(TYPING) && !name.endsWith('F6'))) return;
  if ((name === 'Space' || name === 'Enter') && el.closest(PRESSED)) return;
  if ((name === '←' || name === '→') && el.closest('.pop, [type=radio]')) return;
  if (k.where === 'diagram' && el !== document.body && !el.closest('.canvas')) return;
  if (commands.get(k.command)?.() !== false) e.preventDefault();
}

/** What comes next: the next step of a lesson when this one is done, else the next event. */
function next(): unknown {
  const l = lesson.peek();
  return l?.done && l.step < l.steps - 1 ? go('next') : forward();
}

/** Gives the focus to the diagram, at what is chosen or came last. */
function enter(): boolean {
  const stop = document.querySelector<SVGElement>('.dg-svg [data-key][tabindex="0"]');
  stop?.focus();
  return !!stop;
}

/** The last segment, when none is chosen yet: it is shown what could be done to it, and nothing is done. */
function propose(): boolean {
  const stop = [...document.querySelectorAll<SVGElement>('.dg-svg .seg[data-key]')].pop();
  stop?.focus();
  if (stop) open();
  return !!stop;
}

function open(): void {
  const packet = chosen.peek()?.packet;
  if (packet) bar.value = { packet, mode: '' };
}

function onSegment(what: ActionKey): unknown {
  const packet = bar.peek()?.packet ?? chosen.peek()?.packet;
  if (packet === undefined) return propose();
  const sent = data.peek()?.history.byPacket.get(packet)?.n ?? Number.POSITIVE_INFINITY;
  return sent <= n.peek() && press(packet, what);
}

/** Closes the topmost thing, and only that. */
function close(): void {
  if (document.querySelector(':popover-open:not(.pop)')) return; // the browser's to close
  if (bar.peek()) bar.value = null;
  else if (wide.peek() && tab.peek() === 'shell') wide.value = false;
  else choose(null);
}

/** The parts of the page in their order. */
const PARTS = 'header.bar, aside.left, .canvas, aside.right, footer.transport';
const STOPS = '[data-key][tabindex="0"], [role=tab][tabindex="0"], a[href], button:not(:disabled), input:not(:disabled), select, [tabindex="0"]';

/** Goes round the parts of the page that are there. */
function part(by: 1 | -1): unknown {
  const all = [...document.querySelectorAll<HTMLElement>(PARTS)].filter((x) => x.checkVisibility());
  const i = all.findIndex((x) => x.contains(document.activeElement));
  const to = all.at((i < 0 && by < 0 ? -1 : i + by) % all.length);
  const stops = [...(to?.querySelectorAll<HTMLElement>(STOPS) ?? [])].filter((x) => x.checkVisibility());
  // In the diagram what is drawn, in the inspector its tabs: they know where one was.
  const stop = stops.find((x) => x.matches('[data-key], [role=tab]')) ?? stops[0];
  stop?.focus();
  return !!stop;
}
