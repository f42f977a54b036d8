import { signal } from '@preact/signals';
import type { Command, Done, Failed, Message, Order } from '../proto';
import { Version } from '../proto';

/** What the person sees of the connection. */
export type Link = 'connecting' | 'open' | 'lost' | 'over';

interface Waiting {
  cmd: Command;
  sent: boolean;
  resolve: (d: Done) => void;
  reject: (e: Refused) => void;
}

/** A command that the server refused, in its words. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

const FIRST = 500; // ms that the first try to come back waits at most
const LONGEST = 5_000;

/**
 * The connection to the server. It comes back by itself; what was not answered
 * before a break is sent again with the same ids, so that nothing typed is lost
 * and nothing is done twice.
 */
export class Stream {
  readonly link = signal<Link>('connecting');
  readonly waiting = signal(0);
  readonly bye = signal({ why: '', text: '' });
  private ws: WebSocket | null = null;
  private client = '';
  private lastId = 0;
  private tries = 0;
  private queue: Waiting[] = [];
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private url: string,
    private have: () => { branch: number; n: number } | null,
    private take: (m: Message) => void,
  ) {
    this.connect();
    addEventListener('online', () => this.now());
    addEventListener('offline', () => this.ws?.close());
  }

  /** Sends a command; the promise is settled by the server's answer. */
  send(cmd: Order): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.queue.push({ cmd: { ...cmd, id: ++this.lastId }, sent: false, resolve, reject });
      this.waiting.value = this.queue.length;
      this.flush();
    });
  }

  /** Connects now instead of later. */
  now(): void {
    if (this.closed || (this.ws && this.ws.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.timer);
    this.connect();
  }

  close(): void {
    this.closed = true;
    this.ws?.close();
  }

  private connect(): void {
    const u = new URL(this.url, location.href); // its query has the key
    u.protocol = u.protocol === 'https:' ? 'wss:' : 'ws:';
    u.searchParams.set('client', this.client);
    const have = this.have();
    if (have) {
      u.searchParams.set('branch', String(have.branch));
      u.searchParams.set('have', String(have.n));
    }
    const ws = new WebSocket(u);
    this.ws = ws;
    ws.onmessage = (e) => this.message(JSON.parse(e.data));
    ws.onclose = (e) => {
      if (this.ws === ws) this.broke(e);
    };
  }

  private broke(e: CloseEvent): void {
    this.ws = null;
    if (this.closed || this.link.peek() === 'over') return;
    if (e.code === 1008 || e.code === 1000) {
      this.link.value = 'over';
      return;
    }
    this.link.value = 'lost';
    // A class that lost one server at once does not come back at once: full jitter.
    const wait = Math.random() * Math.min(LONGEST, FIRST * 2 ** this.tries++);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private message(m: Message): void {
    if (m.t === 'hello') {
      if (m.proto !== Version) {
        location.reload();
        return;
      }
      this.client = m.client;
      this.tries = 0;
      this.take(m);
      this.link.value = 'open';
      for (const w of this.queue) w.sent = false;
      this.flush();
      return;
    }
    if (m.t === 'bye') {
      this.bye.value = { why: m.why, text: m.text };
      if (m.why !== 'drain') this.link.value = 'over';
    }
    if (m.t === 'done' || m.t === 'failed') this.answer(m);
    else {
      this.take(m);
      if (m.t === 'frames' && m.cursor) this.take(m.cursor); // one message, so that a class is sent half as many
    }
  }

  private answer(m: Done | Failed): void {
    const i = this.queue.findIndex((w) => w.cmd.id === m.id);
    if (i < 0) return;
    const [w] = this.queue.splice(i, 1);
    this.waiting.value = this.queue.length;
    if (m.t === 'done') w.resolve(m);
    else w.reject(new Refused(m.code, m.text));
  }

  private flush(): void {
    if (this.ws?.readyState !== WebSocket.OPEN || this.link.peek() !== 'open') return;
    for (const w of this.queue) {
      if (w.sent) continue;
      w.sent = true;
      this.ws.send(JSON.stringify(w.cmd));
    }
  }
}
