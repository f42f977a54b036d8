import { batch, computed, signal } from '@preact/signals';
import { everything, type Filter, letter } from '../diagram/filter';
import type { Item } from '../diagram/view';
import { lang } from '../i18n';
import { BranchData } from '../model/branch';
import { Schemas } from '../model/schema';
import type { Branch, Diff, Done, Hello, Lesson, Message, Planned } from '../proto';
import type { LessonDoc, Level } from './lessondoc';
import { type Order, Refused, Stream } from './stream';

// The state of the lab: signals that the socket and the person write.

export const hello = signal<Hello | null>(null);
export const schemas = signal(new Schemas([]));
export const branches = signal<Branch[]>([]);
export const data = signal<BranchData | null>(null);
export const n = signal(0);
export const rev = signal(0);
export const lesson = signal<Lesson | null>(null);
export const lessonDoc = signal<LessonDoc | null>(null);
export const level = signal<Level>('student');
export const chosen = signal<Item | null>(null);
/** The inspector stays at what is chosen until time moves. */
export const pinned = signal(false);
export const hovered = signal<Item | null>(null);
export const bar = signal<{ packet: number; mode: '' | 'delay' } | null>(null);
export const dialog = signal<'' | 'keys' | 'edit' | 'forge' | 'call' | 'host' | 'until'>('');
export const dialogHost = signal(0);
export const linear = signal(false);
export const options = signal(false);
export const table = signal(false);
export const filter = signal<Filter>(everything);
/** Hosts with a lifeline of their own; null: as many as there is room for. */
export const shownHosts = signal<readonly number[] | null>(null);
/** Bands that are shown segment by segment, by their first segment. */
export const opened = signal<ReadonlySet<number>>(new Set());
export const busy = signal(false);
export const comparing = signal<{ branch: number; diff: Diff | null } | null>(null);
export const note = signal<{ text: string; tone: 'info' | 'wrong' } | null>(null);
export const staged = signal<Record<string, string>>({}); // "host name" → value
export const applied = signal<string[]>([]);
export const tab = signal<Tab>('why');
export const tabs = ['why', 'sockets', 'queues', 'window', 'charts', 'timers', 'sysctl', 'shell'] as const;
export type Tab = (typeof tabs)[number];
export const column = signal<'diagram' | 'lesson' | 'inspect'>('diagram');

/** The instant of the play head between two events; null when it rests on one. */
export const clock = signal<number | null>(null);
export const playing = signal(false);
export const speed = signal(1);

export const tip = computed(() => {
  void rev.value;
  return data.value?.total ?? 0;
});
export const atEnd = computed(() => {
  void rev.value;
  const d = data.value;
  return !!d && n.value >= d.total && d.end;
});
export const next = computed<Planned[]>(() => {
  void rev.value;
  return data.value?.next(n.value) ?? [];
});
export const now = computed(() => {
  void rev.value;
  return data.value?.timeOf(n.value) ?? 0;
});

/** What keeps each host's connections from sending, where something does: "cwnd", or "A cwnd · B rwnd". */
export const limits = computed<string[]>(() => {
  void rev.value;
  void n.value;
  const d = data.value;
  const sc = schemas.value;
  const i = sc.find('tcb', 'Limit');
  const by: { letter: string; why: string }[][] = [];
  if (i < 0 || !d) return [];
  for (const x of d.state.subjects.values()) {
    if (x.schema !== 'tcb' || x.host < 0 || sc.state(x) === 'LISTEN' || x.values[i] === 1) continue;
    const why = sc.stateName('tcb', i, x.values[i]);
    const c = d.history.connectionNamed(x.name, x.flow);
    by[x.host] ??= [];
    if (why) by[x.host].push({ letter: c ? letter(c) : '', why });
  }
  const one = d.history.connections.length <= 1;
  return by.map((list) => {
    const few = list.slice(-3).map((k) => (one ? k.why : `${k.letter} ${k.why}`));
    return (list.length > 3 ? [`+${list.length - 3}`, ...few] : few).join(' · ');
  });
});

/** A question that waits for its answer: what comes next is not shown. */
export const asking = computed(() => {
  const l = lesson.value;
  const step = l && lessonDoc.value?.steps[l.step];
  return !!(l && step?.ask && !l.asked && !l.away);
});

/** The event that the inspector shows. */
export const shown = computed(() => {
  const c = chosen.value;
  return c && pinned.value && c.n <= n.value ? c.n : n.value;
});

/** What is a cause or an effect of what is chosen or pointed at. */
export const lit = computed<ReadonlySet<string>>(() => {
  const d = data.value;
  const item = hovered.value ?? (pinned.value ? chosen.value : null);
  const out = new Set<string>();
  if (!d || !item) return out;
  const mark = (k: number) => {
    out.add(`e${k}`);
    for (const e of d.frame(k)?.effects ?? []) if (e.kind === 'sent' && e.packet) out.add(`p${e.packet.id}`);
  };
  for (let k = item.n, i = 0; k > 0 && i < 50; i++) {
    const f = d.frame(k);
    if (!f) break;
    mark(k);
    if (f.kind === 'arrive' && f.packet) out.add(`p${f.packet}`);
    k = f.cause;
  }
  const last = n.value;
  const track = item.packet ? d.history.byPacket.get(item.packet) : undefined;
  const arrived = track?.turns.find((x) => x.what === 'delivered')?.n ?? item.n;
  for (let k = item.n + 1; k <= Math.min(last, item.n + 400); k++) {
    const c = d.frame(k)?.cause;
    if (c === item.n || c === arrived) mark(k);
  }
  return out;
});

let stream: Stream;
let pendingSeeks = 0;
let lastCursor: { branch: number; n: number } | null = null;
const known = new Map<number, BranchData>();

export function connect(url: string): Stream {
  stream = new Stream(url, () => (data.peek() ? { branch: data.peek()?.id ?? 0, n: data.peek()?.tip ?? 0 } : null), receive);
  return stream;
}

function receive(m: Message): void {
  batch(() => {
    switch (m.t) {
      case 'hello':
        hello.value = m;
        schemas.value = new Schemas(m.schemas ?? []);
        break;
      case 'snapshot': {
        // What the page holds from further back is kept: the past of a branch does not change.
        const old = known.get(m.branch);
        const b =
          old && old.base <= m.base
            ? old
            : new BranchData(
                m,
                schemas.peek(),
                (hello.peek()?.hosts ?? []).map((h) => h.name),
              );
        known.set(b.id, b);
        if (b === old) {
          b.reaches(m.tip, m.end);
          if (b.tip >= m.base) b.append(m.frames ?? []);
        }
        data.value = b;
        n.value = Math.min(m.n, b.tip);
        b.seek(n.value);
        clock.value = null;
        lastCursor = { branch: m.branch, n: m.n };
        branches.value = m.branches ?? [];
        if (m.lesson !== undefined) lesson.value = m.lesson;
        rev.value++;
        if (b.tip < b.total) void fill(b).then(() => lastCursor && pendingSeeks === 0 && seekTo < 0 && settle(lastCursor.branch, lastCursor.n));
        break;
      }
      case 'frames': {
        const b = known.get(m.branch) ?? beside(m.branch);
        if (!b?.append(m.frames ?? [])) {
          known.delete(m.branch);
          if (b && b === data.peek()) send({ t: 'seek', branch: m.branch, n: m.from + (m.frames?.length ?? 1) - 1 });
          break;
        }
        b.reaches(b.tip, m.end);
        rev.value++;
        break;
      }
      case 'cursor':
        if (m.lesson !== undefined) lesson.value = m.lesson;
        lastCursor = m;
        if (pendingSeeks === 0 && seekTo < 0) settle(m.branch, m.n);
        break;
      case 'branches':
        branches.value = m.branches ?? [];
        break;
    }
  });
}

/** Fetches what a snapshot of a long branch left out. */
async function fill(b: BranchData): Promise<void> {
  while (b.tip < b.total && known.get(b.id) === b) {
    const before = b.tip;
    const d = await send({ t: 'frames', branch: b.id, n: before + 1, to: Math.min(b.total, before + 2000) }, true);
    if (!d || b.tip === before) return;
  }
  rev.value++;
}

/** A branch that is fetched to be looked at beside the present one: it begins where that begins. */
function beside(id: number): BranchData | undefined {
  const b = data.peek();
  const c = comparing.peek();
  if (!b || c?.branch !== id) return undefined;
  const other = b.sibling(id, schemas.peek());
  known.set(id, other);
  return other;
}

/** Looks at another branch beside this one. */
export async function compare(id: number): Promise<void> {
  const b = data.peek();
  const info = branches.peek().find((x) => x.id === id);
  if (!b || !info) return;
  pause();
  comparing.value = { branch: id, diff: null };
  const d = await send({ t: 'diff', branch: b.id, to: id });
  for (let have = known.get(id)?.tip ?? b.base; have < info.tip; ) {
    await send({ t: 'frames', branch: id, n: have + 1, to: Math.min(info.tip, have + 2000) });
    const got = known.get(id)?.tip ?? 0;
    if (got <= have) break;
    have = got;
  }
  known.get(id)?.seek(info.tip);
  if (comparing.peek()?.branch === id) comparing.value = known.get(id) ? { branch: id, diff: d?.diff ?? null } : null;
  rev.value++;
}

export function branchData(id: number): BranchData | undefined {
  return known.get(id);
}

/** Stands where the server says. */
function settle(branch: number, k: number): void {
  const b = known.get(branch);
  if (!b) return; // its snapshot follows
  if (data.peek() !== b) data.value = b;
  if (k > b.tip) return;
  go(k);
}

function go(k: number): void {
  const b = data.peek();
  if (!b) return;
  b.seek(k);
  if (n.peek() !== k) {
    n.value = k;
    clock.value = null;
    pinned.value = false;
  }
  rev.value++;
}

/** Sends a command; a refusal is shown, and answered with null. */
export async function send(cmd: Order, quiet = false): Promise<Done | null> {
  try {
    return await stream.send(cmd);
  } catch (e) {
    if (e instanceof Refused) {
      if (!quiet) say(e.message, 'wrong');
      return null;
    }
    throw e;
  }
}

/** Sends a command whose refusal the caller shows itself. */
export async function ask(cmd: Order): Promise<Done> {
  return stream.send(cmd);
}

let fade: ReturnType<typeof setTimeout> | undefined;
export function say(text: string, tone: 'info' | 'wrong' = 'info'): void {
  note.value = { text, tone };
  clearTimeout(fade);
  fade = setTimeout(() => {
    note.value = null;
  }, 9000);
}

// ---- moving in time ----

let seekTimer: ReturnType<typeof setTimeout> | undefined;
let seekTo = -1;

/** Goes to a place that the page holds, at once; the server hears of it. */
export function seek(k: number): void {
  const b = data.peek();
  if (!b) return;
  const to = Math.max(0, Math.min(k, b.total));
  batch(() => go(Math.max(b.base, Math.min(to, b.tip))));
  seekTo = to;
  if (to < b.base) {
    tellSeek();
    return;
  }
  seekTimer ??= setTimeout(tellSeek, 70);
}

async function tellSeek(): Promise<void> {
  clearTimeout(seekTimer);
  seekTimer = undefined;
  const b = data.peek();
  if (!b || seekTo < 0) return;
  const k = seekTo;
  seekTo = -1;
  if (lastCursor?.branch === b.id && lastCursor.n === k) return;
  lastCursor = { branch: b.id, n: k };
  pendingSeeks++;
  await send({ t: 'seek', branch: b.id, n: k }, true);
  pendingSeeks--;
  if (pendingSeeks === 0 && seekTo < 0 && lastCursor) settle(lastCursor.branch, lastCursor.n);
}

let stepping = 0; // steps asked for and not answered yet: what they bring is not where the next one goes

export async function step(): Promise<boolean> {
  const b = data.peek();
  if (!b) return false;
  if (n.peek() < b.total && stepping === 0) {
    seek(n.peek() + 1);
    return true;
  }
  if (b.end) return false;
  if (seekTo >= 0) await tellSeek();
  stepping++;
  const done = await send({ t: 'step', branch: b.id });
  stepping--;
  return done !== null;
}

export function back(): void {
  pause();
  if (clock.peek() !== null) {
    clock.value = null;
    return;
  }
  if (n.peek() > 0) seek(n.peek() - 1);
}

export async function until(cond: string): Promise<void> {
  pause();
  busy.value = true;
  if (seekTo >= 0) await tellSeek();
  const d = await send({ t: 'until', branch: data.peek()?.id, cond });
  busy.value = false;
  if (d && d.found === false && cond !== 'false') say('lab.until-not');
}

export function toEnd(): Promise<void> {
  const b = data.peek();
  if (b && n.peek() < b.total) {
    seek(b.total);
    return Promise.resolve();
  }
  return until('false');
}

export function play(on = !playing.peek()): void {
  playing.value = on && !atEnd.peek();
}

export function pause(): void {
  playing.value = false;
}

// ---- doing ----

/** Intervenes here and now. */
export async function act(op: string): Promise<boolean> {
  if (seekTo >= 0) await tellSeek();
  const at = clock.peek();
  const b = data.peek();
  const tipBefore = b?.total ?? 0;
  const fork = n.peek() < tipBefore;
  const d = await send({ t: 'act', branch: b?.id, op, ...(at !== null ? { at: Math.round(at) } : {}) });
  if (d) clock.value = null;
  if (d && fork) say('lab.forked');
  return d !== null;
}

/** Intervenes at the moment after event k, whatever the cursor was. */
export async function actAt(k: number, op: string): Promise<boolean> {
  pause();
  clock.value = null;
  if (n.peek() !== k) {
    seek(k);
    await tellSeek();
  }
  return act(op);
}

export async function replay(ops: string[], text = ''): Promise<boolean> {
  pause();
  busy.value = true;
  const d = await send({ t: 'replay', branch: data.peek()?.id, ops, text: text || undefined });
  busy.value = false;
  return d !== null;
}

export function choose(item: Item | null): void {
  chosen.value = item;
  pinned.value = item !== null;
  if (!item) bar.value = null;
}

export function isDark(): boolean {
  return document.documentElement.dataset.theme === 'dark' || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
}

export { lang };
