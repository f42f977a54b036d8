import type { Change, Effect, Frame, Hello, Packet, Planned, Snapshot, Subject } from '../src/proto';

// A run written by hand in the shape of the stream: the unit tests' world. Tests
// in a browser use the real server, never this.

export const ms = 1_000_000;
const states = ['CLOSED', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING'];
const S = Object.fromEntries(states.map((s, i) => [s, i]));

export const hello: Hello = {
  t: 'hello',
  role: 'owner',
  person: 0,
  proto: 1,
  session: 'test',
  client: 'c1',
  lastId: 0,
  kernel: 'linux-6.18',
  title: 'A lost SYN-ACK',
  schemas: [
    {
      name: 'tcb',
      fields: [
        { name: 'State', label: 'state', unit: 'state', doc: 'The state of RFC 9293.', names: states },
        { name: 'SndUna', label: 'SND.UNA', unit: 'seq:snd', doc: 'Oldest sequence number not acknowledged.' },
        { name: 'SndNxt', label: 'SND.NXT', unit: 'seq:snd', doc: 'Next sequence number to send.' },
        { name: 'Rto', label: 'icsk_rto', unit: 'duration', doc: 'The retransmission timeout.' },
        { name: 'RtoTimer', label: 'SYN timer', unit: 'timer', doc: 'When it fires.' },
        { name: 'Cwnd', label: 'snd_cwnd', unit: 'segments', doc: 'The congestion window.' },
        { name: 'AcceptQ', label: 'sk_ack_backlog', unit: 'count', doc: 'Connections that wait for accept.' },
      ],
    },
    { name: 'request', fields: [{ name: 'Timer', label: 'SYN-ACK timer', unit: 'timer', doc: 'When the SYN-ACK is sent again.' }] },
  ],
  counters: ['TcpExtTCPTimeouts', 'TcpRetransSegs'],
  hosts: [
    { name: 'client', addrs: ['10.0.0.1'], procs: ['app'] },
    { name: 'server', addrs: ['10.0.0.2'], procs: ['app'] },
  ],
  links: [
    { from: 0, to: 1, delay: 20 * ms },
    { from: 1, to: 0, delay: 20 * ms },
  ],
};

export class Script {
  frames: Frame[] = [];
  packets: Packet[] = [];
  subjects = new Map<number, Subject>();
  timers = new Map<string, Planned>();

  private next(): Planned[] {
    const out = [...this.timers.values()];
    for (const p of this.packets)
      if (p.arrive !== null && !this.frames.some((f) => f.kind === 'arrive' && f.packet === p.id) && !this.lost.has(p.id))
        out.push({ at: p.arrive, kind: 'arrive', host: p.to, packet: p.id, name: '' });
    return out.sort((a, b) => a.at - b.at);
  }
  private lost = new Set<number>();

  packet(at: number, from: number, kind: Packet['kind'], more: Partial<Packet> = {}): Packet {
    const p: Packet = {
      id: this.packets.length + 1,
      from,
      to: 1 - from,
      flow: from + 1,
      sentBy: this.frames.length + 1,
      sent: at,
      depart: at,
      arrive: at + 20 * ms,
      kind,
      flags: kind === 'SYN' ? 'S' : kind === 'SYN-ACK' ? 'S.' : '.',
      seq: 0,
      ack: kind === 'SYN' ? 0 : 1,
      len: 0,
      win: 64240,
      opts: kind.startsWith('SYN') ? 'mss 1460,sackOK' : '',
      absSeq: 1000,
      absAck: 0,
      src: '10.0.0.1:40000',
      dst: '10.0.0.2:80',
      data: '',
      retx: 0,
      ...more,
    };
    this.packets.push(p);
    return p;
  }

  event(at: number, kind: Frame['kind'], host: number, more: Partial<Frame> & { changes?: Change[]; effects?: Effect[] } = {}): Frame {
    for (const e of more.effects ?? []) {
      if (e.kind === 'lost' && e.n) this.lost.add(e.n);
      if (e.kind === 'moved') {
        const p = this.packets[(e.n ?? 0) - 1];
        if (p) this.packets[(e.n ?? 0) - 1] = { ...p, arrive: e.new ?? null };
      }
      if (e.kind === 'created' && e.subject) this.subjects.set(e.subject.id, { ...e.subject, values: [...e.subject.values] });
    }
    for (const c of more.changes ?? []) {
      const s = this.subjects.get(c.s);
      if (s) s.values[c.f] = c.new;
      if (s && hello.schemas.find((x) => x.name === s.schema)?.fields[c.f]?.unit === 'timer') {
        const key = `${c.s}.${c.f}`;
        if (c.new === null) this.timers.delete(key);
        else this.timers.set(key, { at: c.new, kind: 'timer', host: s.host, subject: s.id, name: 'rto' });
      }
    }
    const call = kind === 'call' ? /^(?:(\w+) = )?(\w+)\((.*)\)$/.exec(more.name ?? '') : null;
    if (call) more = { call: { var: call[1], name: call[2], args: call[3] }, ...more };
    const f: Frame = { n: this.frames.length + 1, at, kind, host, cause: Math.max(0, this.frames.length), spans: [{ rule: 'test.rule', parent: -1 }], next: [], ...more };
    this.frames.push(f);
    f.next = this.next();
    return f;
  }

  set(id: number, field: number, v: number | null): Change {
    return { s: id, f: field, span: 0, old: this.subjects.get(id)?.values[field] ?? null, new: v };
  }

  snapshot(n = this.frames.length): Snapshot {
    return {
      t: 'snapshot',
      branch: 0,
      n,
      base: 0,
      tip: this.frames.length,
      end: false,
      world: {
        now: 0,
        subjects: [],
        packets: [],
        sysctls: [[{ name: 'net.ipv4.tcp_syn_retries', value: '6' }], []],
        counts: [
          [0, 0],
          [0, 0],
        ],
        procs: [],
        rules: [],
        next: [{ at: 0, kind: 'call', host: 1, name: 's = listen(:80, 128)' }],
      },
      frames: this.frames,
      branches: [{ id: 0, parent: -1, step: 0, label: '', tip: this.frames.length, end: false }],
      next: this.frames[n - 1]?.next ?? [],
    };
  }
}

const subject = (id: number, schema: string, host: number, flow: number, values: (number | null)[]): Subject => ({ id, schema, host, flow, name: `s${id}`, values });

/** The mock-up's run: the first SYN-ACK is dropped by hand. */
export function lostSynAck(): Script {
  const s = new Script();
  const listener = subject(1, 'tcb', 1, 0, [S.LISTEN, 0, 0, 1e9, null, 10, 0]);
  s.event(0, 'call', 1, {
    name: 's = listen(:80, 128)',
    effects: [
      { kind: 'created', span: 0, host: 1, subject: listener },
      { kind: 'returned', span: 0, host: 1, name: 'app' },
    ],
  });
  const syn = s.packet(0, 0, 'SYN');
  const client = subject(2, 'tcb', 0, 1, [S.SYN_SENT, 0, 1, 1e9, 1000 * ms, 10, 0]);
  s.subjects.set(2, client);
  s.timers.set('2.4', { at: 1000 * ms, kind: 'timer', host: 0, subject: 2, name: 'rto' });
  s.event(0, 'call', 0, {
    name: 'c = connect(server:80)',
    effects: [
      { kind: 'created', span: 0, host: 0, subject: { ...client, values: [...client.values] } },
      { kind: 'sent', span: 0, host: 0, packet: syn },
    ],
  });
  const synack = s.packet(20 * ms, 1, 'SYN-ACK');
  s.timers.set('3.0', { at: 1020 * ms, kind: 'timer', host: 1, subject: 3, name: 'synack' });
  const req = subject(3, 'request', 1, 2, [1020 * ms]);
  s.event(20 * ms, 'arrive', 1, {
    packet: 1,
    effects: [
      { kind: 'delivered', span: 0, host: 1, n: 1 },
      { kind: 'created', span: 0, host: 1, subject: req },
      { kind: 'sent', span: 0, host: 1, packet: synack },
    ],
  });
  s.event(29 * ms, 'act', -1, { packet: 2, name: 'drop packet 2', by: 'you', effects: [{ kind: 'lost', span: 0, host: 0, n: 2 }] });
  const syn2 = s.packet(1000 * ms, 0, 'SYN', { retx: 1 });
  s.event(1000 * ms, 'timer', 0, {
    subject: 2,
    name: 'rto',
    changes: [s.set(2, 4, 3000 * ms), s.set(2, 3, 2e9)],
    effects: [{ kind: 'sent', span: 0, host: 0, packet: syn2 }],
    counts: [[0, 0, 1, 0]],
  });
  const synack2 = s.packet(1020 * ms, 1, 'SYN-ACK', { retx: 1 });
  s.event(1020 * ms, 'arrive', 1, {
    packet: 3,
    changes: [s.set(3, 0, 3020 * ms)],
    effects: [
      { kind: 'delivered', span: 0, host: 1, n: 3 },
      { kind: 'sent', span: 0, host: 1, packet: synack2 },
    ],
  });
  const ack = s.packet(1040 * ms, 0, 'ACK', { seq: 1 });
  s.event(1040 * ms, 'arrive', 0, {
    packet: 4,
    changes: [s.set(2, 0, S.ESTABLISHED), s.set(2, 1, 1), s.set(2, 4, null)],
    effects: [
      { kind: 'delivered', span: 0, host: 0, n: 4 },
      { kind: 'sent', span: 0, host: 0, packet: ack },
      { kind: 'returned', span: 0, host: 0, name: 'app' },
    ],
  });
  const data = s.packet(1040 * ms, 0, 'DATA', { seq: 1, len: 1000, flags: 'P.' });
  s.event(1040 * ms, 'call', 0, {
    name: 'write(c, 1000)',
    changes: [s.set(2, 2, 1001), s.set(2, 4, 2040 * ms)],
    effects: [
      { kind: 'sent', span: 0, host: 0, packet: data },
      { kind: 'returned', span: 0, host: 0, name: 'app', result: 1000 },
    ],
  });
  const established = subject(4, 'tcb', 1, 2, [S.ESTABLISHED, 1, 1, 1e9, null, 10, 0]);
  s.timers.delete('3.0');
  s.event(1060 * ms, 'arrive', 1, {
    packet: 5,
    effects: [
      { kind: 'delivered', span: 0, host: 1, n: 5 },
      { kind: 'created', span: 0, host: 1, subject: established },
      { kind: 'destroyed', span: 0, host: 1, subject: { ...req, values: [3020 * ms] } },
    ],
    changes: [s.set(1, 6, 1)],
  });
  const ack2 = s.packet(1060 * ms, 1, 'ACK', { seq: 1, ack: 1001 });
  s.event(1060 * ms, 'arrive', 1, {
    packet: 6,
    effects: [
      { kind: 'delivered', span: 0, host: 1, n: 6 },
      { kind: 'sent', span: 0, host: 1, packet: ack2 },
    ],
  });
  s.event(1065 * ms, 'act', -1, { packet: 7, name: 'delay packet 7 by 30ms', by: 'you', effects: [{ kind: 'moved', span: 0, host: 0, n: 7, old: 1080 * ms, new: 1110 * ms }] });
  return s;
}

/** A bulk transfer of k segments each way, for the size of things. */
export function bulk(k: number, most = 10): Script {
  const s = new Script();
  s.event(0, 'call', 1, { name: 's = listen(:80, 128)' });
  let at = 0;
  let sent = 0;
  while (sent < k) {
    const burst = Math.min(most, k - sent);
    const ids: number[] = [];
    const effects: Effect[] = [];
    for (let i = 0; i < burst; i++, sent++) {
      const p = s.packet(at, 0, 'DATA', { seq: 1 + sent * 1448, len: 1448 });
      ids.push(p.id);
      effects.push({ kind: 'sent', span: 0, host: 0, packet: p });
    }
    s.frames.push({ n: s.frames.length + 1, at, kind: 'call', host: 0, cause: 0, spans: [], next: [], effects });
    const acks: number[] = [];
    for (const id of ids) {
      const a = s.packet(at + 20 * ms, 1, 'ACK', { ack: id * 1448 });
      acks.push(a.id);
      s.frames.push({
        n: s.frames.length + 1,
        at: at + 20 * ms,
        kind: 'arrive',
        host: 1,
        packet: id,
        cause: 1,
        spans: [],
        next: [],
        effects: [{ kind: 'sent', span: 0, host: 1, packet: a }],
      });
    }
    for (const id of acks) s.frames.push({ n: s.frames.length + 1, at: at + 40 * ms, kind: 'arrive', host: 0, packet: id, cause: 1, spans: [], next: [] });
    at += 40 * ms;
  }
  return s;
}

/** One segment of every form: copied, damaged, forged, held and released, changed, lost by the link, discarded. */
export function forms(): Script {
  const s = new Script();
  s.event(0, 'call', 1, { name: 's = listen(:80, 128)' });
  s.event(0, 'call', 0, { name: 'c = connect(server:80)' });
  const at = (k: number) => k * 60 * ms;
  const sent = (p: Packet): Effect => ({ kind: 'sent', span: 0, host: p.from, packet: p });
  const a = s.packet(at(1), 0, 'DATA', { seq: 1, len: 100 });
  s.event(at(1), 'call', 0, { name: 'write(c, 100)', effects: [sent(a)] });
  const copy = s.packet(at(1) + 5 * ms, 0, 'DATA', { seq: 1, len: 100, copyOf: a.id, arrive: at(1) + 30 * ms });
  s.event(at(1) + 5 * ms, 'act', -1, { packet: a.id, name: `duplicate packet ${a.id}`, by: 'you', effects: [{ kind: 'copied', span: 0, host: 0, packet: copy }] });
  s.event(at(1) + 20 * ms, 'arrive', 1, { packet: a.id });
  s.event(at(1) + 30 * ms, 'arrive', 1, { packet: copy.id, effects: [{ kind: 'dropped', span: 0, host: 1, n: copy.id }] });
  const bad = s.packet(at(2), 0, 'DATA', { seq: 101, len: 100, bad: true });
  s.event(at(2), 'call', 0, { name: 'write(c, 100)', effects: [sent(bad)] });
  s.event(at(2) + 20 * ms, 'arrive', 1, { packet: bad.id, effects: [{ kind: 'dropped', span: 0, host: 1, n: bad.id }] });
  const rst = s.packet(at(3), 1, 'RST', { flags: 'R', seq: 1, forged: true });
  s.event(at(3), 'act', -1, { name: 'forge server > client flags=R seq=1', by: 'you', effects: [sent(rst)] });
  s.event(at(3) + 20 * ms, 'arrive', 0, { packet: rst.id });
  const held = s.packet(at(4), 0, 'FIN', { seq: 201, flags: 'F.' });
  s.event(at(4), 'call', 0, { name: 'close(c)', effects: [sent(held)] });
  s.event(at(4) + 8 * ms, 'act', -1, {
    packet: held.id,
    name: `hold packet ${held.id}`,
    by: 'you',
    effects: [{ kind: 'moved', span: 0, host: 0, n: held.id, old: at(4) + 20 * ms }],
  });
  const ack = s.packet(at(4) + 20 * ms, 1, 'ACK', { ack: 101 });
  s.event(at(4) + 20 * ms, 'call', 1, { name: 'read(c, 1000)', effects: [sent(ack)] });
  s.event(at(4) + 30 * ms, 'act', -1, {
    packet: held.id,
    name: `release packet ${held.id}`,
    by: 'you',
    effects: [{ kind: 'moved', span: 0, host: 0, n: held.id, new: at(4) + 42 * ms }],
  });
  s.event(at(4) + 40 * ms, 'arrive', 0, { packet: ack.id });
  s.event(at(4) + 42 * ms, 'arrive', 1, { packet: held.id });
  const edit = s.packet(at(6), 1, 'ACK', { ack: 202 });
  s.event(at(6), 'call', 1, {
    name: 'read(c, 1000)',
    effects: [sent(edit), { kind: 'returned', span: 0, host: 1, name: 'app', result: -1, errno: 'ECONNRESET' }],
  });
  s.event(at(6) + 9 * ms, 'act', -1, {
    packet: edit.id,
    name: `edit packet ${edit.id} win=0`,
    by: 'you',
    effects: [{ kind: 'edited', span: 0, host: 1, n: edit.id, before: edit, packet: { ...edit, win: 0, edited: true } }],
  });
  s.event(at(6) + 20 * ms, 'arrive', 0, { packet: edit.id });
  const lost = s.packet(at(7), 1, 'FIN', { flags: 'F.', seq: 1, ack: 202 });
  s.event(at(7), 'call', 1, { name: 'close(c)', effects: [sent(lost), { kind: 'lost', span: 0, host: 1, n: lost.id }] });
  const still = s.packet(at(8), 0, 'DATA', { seq: 301, len: 10 });
  s.event(at(8), 'call', 0, { name: 'write(c, 10)', effects: [sent(still)] });
  s.event(at(8) + 6 * ms, 'act', -1, {
    packet: still.id,
    name: `hold packet ${still.id}`,
    by: 'you',
    effects: [{ kind: 'moved', span: 0, host: 0, n: still.id, old: at(8) + 20 * ms }],
  });
  return s;
}
