import { computed, signal } from '@preact/signals';
import { everything, type Filter, letter } from '../diagram/filter';
import type { Item } from '../diagram/sheet';
import { TimeView } from '../diagram/timeview';
import { keep, kept } from '../kept';
import type { BranchData } from '../model/branch';
import { Schemas } from '../model/schema';
import type { Branch, Hello, Lesson, Planned, Veil } from '../proto';
import type { LessonDoc, Level } from './lesson/doc';

// The state of the lab: signals that the socket and the person write.

export const hello = signal<Hello | null>(null);
export const schemas = signal(new Schemas([]));
export const branches = signal<Branch[]>([]);
export const data = signal<BranchData | null>(null);
export const n = signal(0);
export const rev = signal(0);
export const lesson = signal<Lesson | null>(null);
/** What the server keeps back, while it does. */
export const veil = signal<Veil | null>(null);
export const lessonDoc = signal<LessonDoc | null>(null);
export const level = signal<Level>('student');
export const chosen = signal<Item | null>(null);
/** The inspector stays at what is chosen until time moves. */
export const pinned = signal(false);
export const hovered = signal<Item | null>(null);
export const bar = signal<{ packet: number; mode: '' | 'delay' } | null>(null);
export const dialog = signal<'' | 'keys' | 'edit' | 'forge' | 'call' | 'host' | 'until' | 'share' | 'picture' | 'search' | 'way'>('');
export const dialogHost = signal(0);
export const linear = signal(false);
/** How the diagram looks at time: its scale, and what is in view. */
export const time = new TimeView(linear);
export const options = signal(false);
export const table = signal(false);
/** The chart under the diagram is open; the browser remembers it. */
export const charted = signal(kept('chart') === 'open');
charted.subscribe((on) => keep('chart', on ? 'open' : null));
export const filter = signal<Filter>(everything);
/** Hosts with a lifeline of their own; null: as many as there is room for. */
export const shownHosts = signal<readonly number[] | null>(null);
/** Bands that are shown segment by segment, by their first segment. */
export const opened = signal<ReadonlySet<number>>(new Set());
export const busy = signal(false);
export const staged = signal<Record<string, string>>({}); // "host name" → value
export const tab = signal<Tab>('why');
export const tabs = ['why', 'sockets', 'queues', 'window', 'charts', 'timers', 'sysctl', 'header', 'shell'] as const;
export type Tab = (typeof tabs)[number];
/** The shell lies over the diagram. */
export const wide = signal(false);

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
export const asking = computed(() => veil.value !== null);

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
