// Generated from web/proto by web/proto/gen; do not edit.

/**
 * Command is anything that a browser asks. ID counts up from 1 in one page; a
 * command that was not answered before the connection broke is sent again with
 * the same ID, and the server answers again without doing it again.
 */
// branch: which branch it is about; absent: the session's current one
// n: step, back: how many (1 if absent); seek, branch, frames, inspect, shell, header, why, history, find, reach: which step; puzzle: which hint, 0: none
// to: frames: up to this step; diff: the other branch; header: the packet to compare with, 0: the one that it repeats or was
// at: act: at which instant; absent: now
// undo: moves: leave these events out
// redo: moves: make these again, which had been left out
// op: act, forecast: one intervention, as a scene writes it
// ops: replay, preview: same moves as before, with these made first, at time 0; reach: made after event n, on a branch of its own
// scene: replay: same moves as before, of another text of the scene, with the same hosts and links
// without: replay: go on right before this event, an act, without it; every later act is made again
// cond: find, reach: what to come to, with "end " before it: when nothing is scheduled any more; until, search: "segment" "timer" "state" "drop" or a condition such as client.cwnd < 4
// text: label, fork, replay, moves, reach: the branch's name; lesson: "next" "prev" "reset" "return" "do" "hint" "level"; try: which; share: "follower" "driver", what the link lets one be; name: what the others see
// off: share: the link holds no longer; lost: no longer
// answer: predict: the key of the option chosen, or what was constructed (docs/lessons.md); lesson: the level
// host: shell: on which host; n absent: where the session stands, else at that step
// number: history: of what, up to event n
// line: shell: the command line, at most 1024 bytes
// moves: find: what may be done. The same question again goes on with the search
// packet: header: which, as it is after event n
// branches: compare: two to four, the first is A
// ahead: frames: of a branch as "compare" ran it ahead
export type Order =
  | { t: "step"; branch?: number; n?: number }
  | { t: "back"; branch?: number; n?: number }
  | { t: "seek"; branch?: number; n?: number }
  | { t: "until"; branch?: number; cond?: string }
  | { t: "act"; branch?: number; at?: number; op?: string }
  | { t: "branch"; branch?: number; n?: number }
  | { t: "fork"; branch?: number; text?: string }
  | { t: "replay"; branch?: number; ops?: string[]; scene?: string; without?: number; text?: string }
  | { t: "label"; branch?: number; text?: string }
  | { t: "frames"; branch?: number; n?: number; to?: number; ahead?: boolean }
  | { t: "diff"; branch?: number; to?: number }
  | { t: "compare"; branch?: number; branches?: number[] }
  | { t: "inspect"; branch?: number; n?: number }
  | { t: "lesson"; branch?: number; text?: string; answer?: string }
  | { t: "predict"; branch?: number; answer?: string }
  | { t: "shell"; branch?: number; n?: number; host?: string; line?: string }
  | { t: "header"; branch?: number; n?: number; to?: number; packet?: number }
  | { t: "forecast"; branch?: number; op?: string }
  | { t: "preview"; branch?: number; ops?: string[] }
  | { t: "snapshot"; branch?: number }
  | { t: "share"; branch?: number; text?: string; off?: boolean }
  | { t: "name"; branch?: number; text?: string }
  | { t: "try"; branch?: number; text?: string }
  | { t: "moves"; branch?: number; undo?: number[]; redo?: MoveRef[]; text?: string }
  | { t: "why"; branch?: number; n?: number }
  | { t: "history"; branch?: number; n?: number; number?: NumberRef }
  | { t: "search"; branch?: number; cond?: string }
  | { t: "find"; branch?: number; n?: number; cond?: string; moves?: MoveSet }
  | { t: "reach"; branch?: number; n?: number; ops?: string[]; cond?: string; text?: string }
  | { t: "puzzle"; branch?: number; n?: number }
  | { t: "lost"; branch?: number; off?: boolean };

export type Command = Order & { id: number };

/**
 * MoveSet is the finite set of moves among which "find" looks.
 */
export interface MoveSet {
  kinds: string[]; // "drop" "delay" "dup" "hold" "call" "sysctl"
  on?: string[]; // "client->server": segments of these ways alone
  calls?: string[]; // "client: close(c)"; none: those of the programs, and the ways of ending
  settings?: string[]; // "server net.ipv4.tcp_syncookies = 0"
  most: number; // moves at most, 1 to 3
}

/**
 * Ways is how far a search is, and what it has found.
 */
export interface Ways {
  done: boolean; // false: ask again
  futures: number;
  events: number;
  moves: number; // futures with so many moves are being tried, or were tried last
  proved: number; // no future with so many moves or fewer comes there; -1: nothing is proven
  more: boolean; // a limit was reached: there may be others
  cut: number; // futures that were not run to their end
  groups: Way[]; // the soonest first
  branch: number; // where the search began
  n: number;
}

/**
 * Way is solutions that differ only in an equivalent segment, or in the instant of a call.
 */
export interface Way {
  first: Solution;
  alike: number; // so many in all
  also: string[]; // the first moves of some others
}

/**
 * Solution is moves that come to what was looked for, to be made with "reach".
 */
export interface Solution {
  ops: string[];
  at: number; // when it comes true
}

/**
 * Run is a run of text of one kind, as docs/lessons.md says: one field is set, but
 * for a link.
 */
export interface Run {
  t?: string;
  kind?: string;
  code?: string;
  b?: string;
  i?: string;
  kbd?: string;
  a?: string;
  href?: string;
}

/**
 * MoveRef names what somebody did: event N of a branch.
 */
export interface MoveRef {
  branch: number;
  n: number;
}

/**
 * Left is an intervention that a branch lacks, which another one has.
 */
export interface Left {
  branch: number;
  n: number;
  at: number;
  op: string;
  by: string;
  also?: boolean; // made in one with the one before it
}

/**
 * Lesson is where the session stands in its lesson.
 */
export interface Lesson {
  slug: string;
  level: string;
  step: number; // 0-based, among all steps of the lesson; a level may not have all of them
  steps: number;
  done: boolean; // the goal of this step is reached, or it has none
  away: boolean; // the person has left the lesson's own moves
  asked: boolean; // this step's question is decided
  lacks?: number; // this move, from 1, has to be made before the run goes on or the question is locked
  made?: number[]; // the moves of this step that have been made on this branch, from 1
  hints?: number; // how many hints were asked for
  tried?: string[]; // wrong answers so far, where there are several tries
  choice?: string; // the last answer
  right?: string; // the answer, once decided: a key, or as one would give it ("3s", "a,b,c", a number)
  verdict?: string; // of the last answer: "right" "near" "belief" "other"
  belief?: string; // the belief that gives this answer, by its key
  candidates?: number[]; // cause: the events to choose from, in order
  cause?: WhyAsked; // which event caused it?, asked after the question
  values?: LessonValue[]; // what {=name} stands for in the texts of this step
  branches?: LessonBranch[]; // of the steps that made one, or stand on one
}

/**
 * LessonValue is a number of the run.
 */
export interface LessonValue {
  name: string;
  text: string;
}

/**
 * LessonBranch is the branch of a step.
 */
export interface LessonBranch {
  step: string; // its id
  branch: number;
}

/**
 * Predicted is the engine's answer to a question, run ahead on a fork. While tries
 * are left, right and why are absent.
 */
export interface Predicted {
  choice: string;
  right: string;
  why: number; // the event that decides, in the branch as it will be
  verdict: string;
  belief?: string;
  left?: number; // tries
}

/**
 * WhyAsked is the question which event caused what the question of a step was about.
 */
export interface WhyAsked {
  of: number; // the event
  candidates: number[]; // in order
  choice?: number;
  right?: number[]; // those that are in the chain of its causes; once decided
}

export const Veiled = -1;

/**
 * Veil lies over a session while a question is open: nothing after event N of the branch
 * was sent, and no deadline.
 */
export interface Veil {
  n: number;
  over: string[]; // what is hidden: catalogue key "veil.<over>"
}

/**
 * People tells who is here, whenever that changes, and what is shared.
 */
export interface People {
  t: "people"; // "people"
  people: Person[]; // at most 64
  more?: number; // guests who are here besides; of a crowd, those who may move or have a name are listed first
  shared: string[]; // roles that a link gives now: "follower" "driver"
}

/**
 * Lost tells the owner how many of those who follow are lost, and nobody which.
 */
export interface Lost {
  t: "lost"; // "lost"
  n: number;
}

/**
 * Person is one of those here, however many pages he has open.
 */
export interface Person {
  n: number; // 0 the owner, else a guest: they are numbered as they come
  role: string; // as in Hello
  name?: string; // that he goes by, if he gave one
}

export const Version = 2;

/**
 * Hello is the first message on every connection.
 */
export interface Hello {
  t: "hello"; // "hello"
  proto: number;
  session: string;
  client: string; // token of this page: given again on reconnecting, it makes repeated commands harmless
  lastId: number; // the last command of this client that was carried out
  kernel: string; // profile name
  title: string; // the scene's name
  schemas: Schema[];
  counters: string[]; // names of host counters: Frame.counts refers to them
  hosts: Host[];
  links: Link[];
  lesson?: string; // slug
  role: string; // what this page may do: "follower" looks, "driver" moves too, "owner" shares too
  person: number; // who is behind this page: 0 the owner, else the number of a guest
}

/**
 * Schema describes the variables of one kind of subject.
 */
export interface Schema {
  name: "tcb" | "request" | "timewait" | "host" | "link" | "box" | "conntrack"; // "tcb" "request" "timewait" "host" "link" "box" "conntrack"
  fields: Field[];
}

/**
 * Field is one variable. Unit: "" "count" "bytes" "segments" "seq:snd" "seq:rcv"
 * "time" "timer" "duration" "bool" "state" "flags" "shift" "port".
 */
export interface Field {
  name: string; // Go name: stable key
  label: string; // RFC or Linux spelling
  unit: string;
  doc: string;
  names?: string[]; // unit "state": name of each value
}

/**
 * Host is one host, or a box between hosts: a lifeline of its own.
 */
export interface Host {
  name: string;
  kind?: string; // of a box: "router" "nat" "firewall" "balancer" "stripper" "blackhole"
  addrs: string[];
  procs: string[];
  kernel?: string; // profile, when it is not the scene's
}

/**
 * Link is one direction of a cable.
 */
export interface Link {
  from: number; // index of a host
  to: number;
  delay: number;
}

/**
 * Snapshot is everything at one place of one branch: the world after step Base,
 * and every frame from Base+1 to Tip, so that the page can go anywhere between.
 */
export interface Snapshot {
  t: "snapshot"; // "snapshot"
  branch: number;
  n: number; // the cursor
  base: number; // World is after this many events
  tip: number;
  end: boolean; // nothing is scheduled after the tip
  world: World;
  frames: Frame[];
  branches: Branch[];
  next: Planned[]; // what is scheduled after the cursor
  before?: Left[]; // what people did up to Base
  by?: number; // who moved last, as a cursor says
  did?: string; // and by which command
  lesson?: Lesson;
  veil?: Veil; // a question is open
}

/**
 * World is the state from which frames go on.
 */
export interface World {
  now: number;
  subjects: Subject[];
  packets: Packet[]; // in flight or held
  sysctls: Sysctl[][]; // by host
  counts: number[][]; // by host: value of each counter
  procs: Proc[];
  rules: Standing[];
  next: Planned[]; // what is scheduled after step Base
}

/**
 * Subject is something whose variables are watched.
 */
export interface Subject {
  id: number;
  schema: string;
  host: number; // -1: a link
  flow: number;
  name: string; // "10.0.0.1:40000 → 10.0.0.2:80"
  values: (number | null)[]; // in the order of the schema; null: a timer that is off
}

/**
 * Packet is one segment on its way, or that was.
 */
export interface Packet {
  id: number;
  from: number; // host index; a forged one: the host it leaves
  to: number;
  flow: number; // of the sender; 0: none
  sentBy: number; // event
  sent: number;
  depart: number; // when its last bit left the interface
  arrive: number | null; // null: held or lost
  kind: "SYN" | "SYN-ACK" | "ACK" | "FIN" | "RST" | "DATA" | "ICMP" | "NONE"; // "SYN" "SYN-ACK" "ACK" "FIN" "RST" "DATA" "ICMP" "NONE"
  flags: string; // tcpdump spelling: "S" "S." "P." "F." "R"
  seq: number; // relative to the flow's ISN
  ack: number; // relative; meaningless without ACK
  len: number; // payload bytes
  win: number; // as on the wire
  opts: string; // tcpdump spelling
  absSeq: number;
  absAck: number;
  src: string; // address:port
  dst: string;
  data: string; // first 64 bytes of the payload
  retx: number; // how many times the same sequence range was sent before
  copyOf?: number; // a duplicate of this packet
  of?: number; // the packet that came into the box which sends this one: the same, a hop before
  forged?: boolean;
  bad?: boolean; // checksum does not match
  edited?: boolean;
  held?: boolean;
}

/**
 * Sysctl is one setting of a host.
 */
export interface Sysctl {
  name: string;
  value: string;
}

/**
 * Proc is one process.
 */
export interface Proc {
  host: number;
  name: string;
  blocked: string; // the call that it waits in; "" when it is not waiting
  done: boolean;
}

/**
 * Standing is a rule for segments to come.
 */
export interface Standing {
  n: number;
  text: string; // "drop every SYN from client"
  hits: number;
}

/**
 * Branch is one future.
 */
export interface Branch {
  id: number;
  parent: number; // -1: the first
  step: number;
  label: string;
  tip: number;
  end: boolean;
  off?: Left[]; // what was left out of it, to be made again
}

/**
 * Planned is something that will happen if nobody intervenes.
 */
export interface Planned {
  at: number;
  kind: "arrive" | "timer" | "call" | "act"; // "arrive" "timer" "call" "act"
  host: number;
  subject?: number;
  packet?: number;
  name: string; // timer: its name; call: the call
}

/**
 * Frame is one event, with old and new values: it can be applied and reverted.
 */
export interface Frame {
  n: number; // event number in its branch
  at: number;
  kind: "arrive" | "timer" | "call" | "act" | "link"; // "arrive" "timer" "call" "act" "link"
  host: number; // -1: the network
  subject?: number;
  packet?: number;
  name?: string;
  by?: string; // act: who
  also?: boolean; // act: made in one with the act before it
  cause: number;
  head?: number; // the span with the greatest consequence; absent: none has one
  class?: string; // what that is: "state" "refusal" "repeat" "timer" "bytes" "none"
  spans: Span[];
  changes?: Change[];
  effects?: Effect[];
  counts?: ([number, number, number, number])[]; // host, counter, by, span
  sysctls?: SysctlChange[]; // many of them when another kernel was started
  call?: Call; // kind "call": what was called
  lengths?: Length[];
  rules?: RulesChange;
  next: Planned[]; // what is scheduled after this event
}

/**
 * Call is one system call, as a program makes it: c = connect(server:80).
 */
export interface Call {
  var?: string; // takes the result
  name: string;
  args: string;
}

/**
 * Span is one rule that applied.
 */
export interface Span {
  rule: string; // ID: text from /api/rules
  parent: number;
  check?: Check;
}

/**
 * Check is a comparison that ran. Unit as in Field; sequence numbers are relative.
 */
export interface Check {
  l: string;
  a: number;
  op: string; // "=" "≠" "<" "≤" ">" "≥" "" (L alone)
  r?: string;
  b?: number;
  unit?: string;
  ok: boolean;
}

/**
 * Change is one variable that moved. Null stands for a timer that is off.
 */
export interface Change {
  s: number;
  f: number;
  span: number;
  old: number | null;
  new: number | null;
}

/**
 * Effect is something that an event did. Which fields are there depends on Kind:
 *
 * 	sent        packet (whole)
 * 	lost        n = packet number; it will not arrive; the span's rule says who took it
 * 	delivered   n
 * 	dropped     n: discarded by the host that received it; the span's rule says why
 * 	moved       n, old and new: arrival (null: held)
 * 	copied      packet (whole, with copyOf)
 * 	edited      n, before and packet: the packet as it was and as it is
 * 	woke        host, name of the process
 * 	returned    host, name of the process, text that was read, result, errno: what the frame's call gave
 * 	created     subject (whole)
 * 	destroyed   subject (whole, as it was)
 * 	named       subject (id, host, flow and name as they are now; values empty), text = its name before
 */
export interface Effect {
  kind: string;
  span: number;
  n?: number;
  host: number;
  old?: number;
  new?: number;
  packet?: Packet;
  before?: Packet;
  subject?: Subject;
  name?: string;
  text?: string;
  result?: number;
  errno?: string;
}

/**
 * SysctlChange is a setting that an act changed; "-" stands for one that a kernel
 * does not have.
 */
export interface SysctlChange {
  host: number;
  name: string;
  old: string;
  new: string;
}

/**
 * RulesChange is what an event did to the standing rules: one was set up, hit a
 * segment, or was taken back. Both lists are whole.
 */
export interface RulesChange {
  old: Standing[];
  new: Standing[];
}

/**
 * Frames brings new events of a branch, in order, without a gap. A page that
 * does not hold event From-1 of that branch asks for a snapshot.
 */
export interface Frames {
  t: "frames"; // "frames"
  cursor?: Cursor; // where the session stands with them, when it moved there: one message for every page, however many look on
  branch: number;
  from: number;
  frames: Frame[];
  end: boolean;
}

/**
 * Cursor says where the session stands: after a step, a seek, a switch.
 */
export interface Cursor {
  t: "cursor"; // "cursor"
  branch: number;
  n: number;
  by?: number; // who moved last: 0 the owner, else a guest
  did?: string; // and by which command; absent: nobody has since the session was last read
  lesson?: Lesson;
}

/**
 * Branches tells that the tree of futures changed.
 */
export interface Branches {
  t: "branches"; // "branches"
  branches: Branch[];
}

/**
 * Done answers a command that was carried out, after everything it caused.
 */
export interface Done {
  t: "done"; // "done"
  id: number;
  diff?: Diff;
  compare?: Compared;
  frames?: Frame[]; // frames with ahead: of a branch as it was run ahead
  found?: boolean; // until: whether the condition came true
  predict?: Predicted;
  inspect?: Inspect;
  shell?: Shell;
  header?: Header;
  ahead?: Frame[]; // forecast: what the receiver makes of the segment, as it would be
  link?: string; // share: the address to give away
  says?: Run[]; // try: what it came to, in the language of the page
  why?: Why;
  history?: History;
  search?: Search;
  ways?: Ways; // find
  puzzle?: PuzzleState;
}

/**
 * Header is a packet byte by byte.
 */
export interface Header {
  packet: number;
  hex: string; // the headers and the first bytes of the payload
  size: number; // of the whole packet
  fields: HeaderField[];
  segs: number; // so many segments does the interface make of it
  how?: string; // of Against: "edited" "copy" "hop" "repeats" "chosen"
  against?: Header; // the packet to compare with
}

/**
 * HeaderField is one field: bits At to At+Bits of the packet.
 */
export interface HeaderField {
  name: string;
  part: "ip" | "tcp" | "option" | "icmp" | "quote" | "data"; // "ip" "tcp" "option" "icmp" "quote" "data"
  at: number;
  bits: number;
  value: number;
  rel?: number; // a sequence number, relative to the flow's
  wrong?: "checksum" | "length" | "size" | "unknown" | "cut" | "protocol"; // "checksum" "length" "size" "unknown" "cut" "protocol"
  right?: number; // of a wrong checksum
}

/**
 * Failed answers a command that was refused; nothing changed.
 */
export interface Failed {
  t: "failed"; // "failed"
  id: number;
  code: string; // catalogue key "error.<code>"
  text: string; // what was wrong, where, what was expected
}

/**
 * Bye is the last message of a connection that the server ends: "drain" (it
 * restarts; reconnect), "expired" (the session is over), "broken" (an invariant
 * broke; the bundle at /api/sessions/{id}/bundle replays it), "protocol", "busy"
 * (a limit), "key" (the key that the page came with does not hold), "ended" (the
 * link that it came by was taken back).
 */
export interface Bye {
  t: "bye"; // "bye"
  why: string;
  text: string;
}

/**
 * Diff is where two branches part.
 */
export interface Diff {
  a: number;
  b: number;
  shared: number; // events up to this one are the same
  at: number;
  what: string; // catalogue key "diff.<what>"
  left?: Frame;
  right?: Frame;
}

/**
 * Compared is what became of several futures, each run ahead to its end or to one
 * common limit on a fork. Texts are in the language of the page that asked.
 */
export interface Compared {
  verdict: string; // one sentence: the outcome that became different
  why: CompareWhy[]; // the mechanism, where it can be told
  form: string; // of the sentence; "nothing": nothing differs
  sides: CompareSide[];
  rows: CompareRow[];
  at: number; // the first outcome that differs: where the play head goes
  part: number | null; // when they part; null: never
  parting: string; // "They part here, at 1 s: …"
  alone?: CompareAlone[]; // of several changes: each by itself, to be replayed
  world: World; // before the first event: the same for all
}

/**
 * CompareWhy is a rule behind the difference.
 */
export interface CompareWhy {
  side: number; // -1: of all
  rule: string;
  text: string;
}

/**
 * CompareSide is one branch of a comparison.
 */
export interface CompareSide {
  branch: number;
  n: number; // how many events are looked at
  until: number; // up to which instant
  end: boolean; // nothing is scheduled after them
  shared: number; // events up to this one are the same as everywhere
  event: number; // the first that is not; 0: nothing more happens
  does: string; // what that is
  changes: string[]; // what is otherwise in this branch: "tcp_syn_retries 2"
}

/**
 * CompareRow is one fact of every branch. Rows that differ come first, the most
 * visible to a user first.
 */
export interface CompareRow {
  key: string; // what sort of fact: "returned-at" "sent" "count" …
  label: string;
  values: CompareValue[]; // by side
  diff: string; // of two: "124 s earlier", "8 fewer", "= the same"
  same: boolean;
  short: boolean; // it stands in the short table
}

/**
 * CompareValue is a fact of one branch.
 */
export interface CompareValue {
  text: string;
  event: number; // that set it; 0: none did
}

/**
 * CompareAlone is one of several changes, as a replay of branch Of.
 */
export interface CompareAlone {
  of: number;
  text: string;
  ops: string[];
}

/**
 * Inspect holds the queues of a place, which frames do not carry.
 */
export interface Inspect {
  n: number;
  queues: Queue[];
}

/**
 * Queue is one queue of one subject, or one table of a host (subject 0): its
 * TIME_WAIT entries, and the ephemeral ports in use out of Limit from First on.
 */
export interface Queue {
  host: number;
  subject: number;
  name: "syn" | "accept" | "send" | "receive" | "ofo" | "rtx" | "timewait" | "ports"; // "syn" "accept" "send" "receive" "ofo" "rtx" "timewait" "ports"
  limit: number;
  first?: number;
  items: QueueItem[];
}

/**
 * QueueItem is one entry: a range of relative sequence numbers, or a connection.
 */
export interface QueueItem {
  from: number;
  to: number;
  marks?: string[]; // "lost" "sacked" "again" "fin"
  subject?: number;
  peer?: string; // address:port
  port?: number; // the local one
  until: number | null; // when its timer fires
  tries?: number;
}

/**
 * PuzzleState is how a puzzle stands where the session stands.
 */
export interface PuzzleState {
  moves: number; // made so far
  solved: number; // the event with which the goal was reached; 0: not yet
  failed: number; // the event with which it was lost
  over: boolean; // nothing is scheduled any more, and it is not solved
  after?: Run[]; // of one that is solved: what there is to learn
  lost?: Run[]; // of one that is lost: why
  hint?: Run[]; // the one that was asked for
}

/**
 * NumberRef names a number that the page shows. Which fields are there depends on what
 * it is: variables of a subject (several when they make up one number), a counter of
 * a host by its index in Hello.counters, a setting of a host by its name, or a place in
 * a queue: its name, and the byte or port that stands there.
 */
export interface NumberRef {
  subject?: number;
  fields?: number[];
  host: number;
  counter?: number;
  sysctl?: string;
  queue?: string;
  place?: number;
}

/**
 * Length says where the length of a timer came from that the event set: catalogue key
 * length.<how>, and the terms of the sum.
 */
export interface Length {
  s: number;
  timer: string;
  at: number;
  how: string;
  terms: Term[];
}

/**
 * Term is one term of a sum. Unit as in Field.
 */
export interface Term {
  name: string;
  value: number;
  unit: string;
}

/**
 * Why is how an event came about, and what it brought about; N 0 is the beginning,
 * which has no causes. Silences tell of the connections on which nothing is under
 * way after it.
 */
export interface Why {
  branch: number;
  n: number;
  links: Cause[]; // the latest first; events of people and of the scene are never left out
  folded: number; // links of the middle that were left out
  unchecked: number; // acts of which it is not known yet whether they matter: ask again
  leadsTo: Cause[];
  silences: Silence[];
}

/**
 * Cause is an event as a cause, or as an effect, of another.
 */
export interface Cause {
  n: number;
  of: number; // the event that it is a cause of
  at: number;
  host: number;
  kind: string; // as in Frame
  name?: string; // as in Frame
  by?: string; // act: who
  why?: string; // catalogue key cause.<why>
  sure?: string; // "recorded" by the engine while it ran, "checked" on a fork without it, "unchecked", "anyway": it happens without it too
  about?: string; // kind of the segment that makes it a cause
  segment?: string; // kind of the segment that arrived, or was acted upon
  packet?: number;
  from: number; // the host that sent the segment that makes it a cause; -1: there is none
  op?: string; // act: "drop" "delay" … "sysctl" "call"
  rule?: string; // who took the segment
  instead?: number[]; // events that would have done the same without it
  root?: boolean; // a person, a program or the scene made it happen
}

/**
 * Silence says of one connection why nothing is being sent.
 */
export interface Silence {
  name: string; // "10.0.0.1:40000 → 10.0.0.2:80"
  lines: Waiting[];
  ends: number | null; // when the next thing happens to it; null: nothing is scheduled
}

/**
 * Waiting is what one of those concerned waits for: catalogue key waits.<for>.
 */
export interface Waiting {
  who: "host" | "wire" | "program"; // "host" "wire" "program"
  host: number; // -1: the wire
  for: string;
  limit?: string;
  timer?: string;
  at: number | null;
  segment?: string;
  packet?: number;
  proc?: string;
  call?: string;
  subject?: number;
}

/**
 * History is what a number went through, the latest first. None: it is as the scene
 * or the kernel set it.
 */
export interface History {
  branch: number;
  n: number;
  changes: NumberChange[];
  more: boolean; // there were more, earlier
}

/**
 * NumberChange is one change of a number, and the event that made it.
 */
export interface NumberChange {
  cause: Cause;
  field: number;
  old: number | null;
  new: number | null;
  made?: boolean; // the subject came into being with it
  was?: string; // of a setting
  is?: string;
  length?: Length;
}

/**
 * Search is where a condition came true.
 */
export interface Search {
  places: Place[];
  searched: number; // events looked at
  more: boolean; // there are more than a search goes through
}

/**
 * Place is an event of a branch.
 */
export interface Place {
  branch: number;
  cause: Cause;
}

/**
 * Shell is what a command line printed. One that acted was one more event, which
 * came before as frames; one that failed has changed nothing.
 */
export interface Shell {
  text: string;
  failed: boolean; // its exit code is not 0
  acted: boolean;
}

/** Anything that the server sends. */
export type Message = Hello | Snapshot | Frames | Cursor | Branches | People | Lost | Done | Failed | Bye;
