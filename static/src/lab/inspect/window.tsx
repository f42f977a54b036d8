import { HUES, letter } from '../../diagram/filter';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import type { Connection } from '../../model/history';
import type { Subject } from '../../proto';
import { data, n, rev } from '../after';
import { hello, schemas } from '../state';
import { Value } from '../ui/Value';
import { fieldRef, type Ref } from './causes/number';

const MOD = 2 ** 32;
const W = 340;
const MOST = 12; // connections at once

/** One direction of a connection: what its sender and its receiver hold of the same sequence space. */
interface Direction {
  from: string;
  to: string;
  tx?: number; // the sender's socket
  rx?: number; // the receiver's
  sender?: { una: number; nxt: number; written: number; wnd: number; cwnd: number };
  receiver?: { nxt: number; edge: number; unread: number; held: number };
}

/** The sequence space of both directions: acknowledged, sent, may be sent, may not. */
export function Windows() {
  void rev.value;
  void n.value;
  const d = data.value;
  if (!d) return null;
  const pairs = pair(d);
  if (!pairs.length) {
    return (
      <section>
        <p class="ref">{t('lab.window-none')}</p>
      </section>
    );
  }
  return (
    <>
      {pairs.slice(0, MOST).map(({ c, ends }) => (
        <section key={c?.id ?? ends[0].id} class="window">
          <h3>
            {c && pairs.length > 1 && <b class={`conn h${c.id % HUES}`}>{letter(c)}</b>} <span class="mono">{c?.name ?? ends[0].name}</span>
          </h3>
          {directions(ends).map((x) => (
            <Space key={x.from} d={x} />
          ))}
        </section>
      ))}
      {pairs.length > MOST && (
        <section>
          <p class="ref">{t('lab.sockets-more', { n: pairs.length - MOST })}</p>
        </section>
      )}
    </>
  );
}

function pair(d: BranchData): { c?: Connection; ends: Subject[] }[] {
  const by = new Map<number, { c?: Connection; ends: Subject[] }>();
  for (const s of d.state.subjects.values()) {
    if (s.schema !== 'tcb' || s.host < 0 || s.flow <= 0 || schemas.value.state(s) === 'LISTEN') continue;
    const c = d.history.connectionNamed(s.name, s.flow);
    const key = c?.id ?? -s.id;
    const p = by.get(key);
    if (p) p.ends.push(s);
    else by.set(key, { c, ends: [s] });
  }
  return [...by.values()];
}

function directions(ends: Subject[]): Direction[] {
  const sc = schemas.value;
  const hosts = hello.value?.hosts ?? [];
  const name = (s?: Subject) => (s ? (hosts[s.host]?.name ?? '') : '');
  const v = (s: Subject, f: string) => sc.value(s, f) ?? 0;
  const [a, b] = [...ends].sort((x, y) => x.host - y.host);
  const away = a.name.split(' → ')[1] ?? '';
  const one = (tx: Subject | undefined, rx: Subject | undefined): Direction => {
    const out: Direction = { from: tx ? name(tx) : away, to: rx ? name(rx) : away };
    if (tx) {
      out.tx = tx.id;
      const rel = (x: number) => (x - v(tx, 'ISS') + MOD) % MOD;
      const una = rel(v(tx, 'SndUna'));
      out.sender = {
        una,
        nxt: rel(v(tx, 'SndNxt')),
        written: Math.max(rel(v(tx, 'SndMax')), rel(v(tx, 'SndNxt'))),
        wnd: una + v(tx, 'SndWnd'),
        cwnd: una + v(tx, 'Cwnd') * v(tx, 'MSS'),
      };
    }
    if (rx && v(rx, 'RcvNxt') !== 0) {
      out.rx = rx.id;
      const rel = (x: number) => (x - v(rx, 'IRS') + MOD) % MOD;
      const nxt = rel(v(rx, 'RcvNxt'));
      out.receiver = { nxt, edge: rel(v(rx, 'RcvWup')) + v(rx, 'RcvWnd'), unread: v(rx, 'InQueue'), held: v(rx, 'OfoBytes') };
    }
    return out;
  };
  return [one(a, b), one(b, a)].filter((x) => x.sender || x.receiver);
}

/** The part of the sequence space that is drawn, and how. */
class Scale {
  readonly lo: number;
  readonly hi: number;
  readonly far: number; // beyond hi it is cut

  constructor({ sender: s, receiver: r }: Direction) {
    this.lo = Math.max(0, Math.min(s?.una ?? Number.POSITIVE_INFINITY, r ? r.nxt - r.unread : Number.POSITIVE_INFINITY));
    const { lo } = this;
    this.far = Math.max(s?.nxt ?? 0, s?.written ?? 0, s?.wnd ?? 0, r?.edge ?? 0, lo + 1);
    // A window that is far wider than what was sent is cut, so that what was sent can be seen.
    const busy = Math.max((s?.nxt ?? lo) - lo, Math.min((s?.written ?? lo) - lo, 20000), (r?.nxt ?? lo) - lo, 1460);
    this.hi = Math.min(this.far, lo + busy * 4);
  }

  px(x: number): number {
    return Math.round((BEFORE + ((Math.max(this.lo, Math.min(this.hi, x)) - this.lo) / (this.hi - this.lo)) * (W - BEFORE - 4)) * 10) / 10;
  }

  box(cls: string, from: number, to: number, top: number, h: number) {
    return to > from && <rect class={cls} x={this.px(from)} y={top} width={Math.max(0, this.px(to) - this.px(from))} height={h} />;
  }
}

const BEFORE = 26; // room for what is over
const y = 14;

/** How far the sender may go, whoever sets the limit. */
const can = (s: Direction['sender']) => (s ? Math.min(s.wnd, s.cwnd) : 0);

/** A number, and the variables that it is made of. */
interface Told {
  name: string;
  v: number;
  of: Ref;
}

function numbersOf({ sender: s, receiver: r, tx, rx }: Direction): Told[] {
  const out: Told[] = [];
  const put = (id: number | undefined, name: string, v: number, ...fields: string[]) =>
    out.push({ name, v, of: fieldRef(id ?? 0, ...fields.map((f) => schemas.value.find('tcb', f))) });
  if (s) {
    put(tx, 'SND.UNA', s.una, 'SndUna');
    put(tx, 'SND.NXT', s.nxt, 'SndNxt');
    put(tx, 'SND.UNA+SND.WND', s.wnd, 'SndUna', 'SndWnd');
    put(tx, 'SND.UNA+cwnd', s.cwnd, 'SndUna', 'Cwnd');
    put(tx, t('lab.window-sent'), s.nxt - s.una, 'SndNxt', 'SndUna');
    put(tx, t('lab.window-may'), Math.max(0, can(s) - s.nxt), 'SndUna', 'SndWnd', 'Cwnd', 'SndNxt');
    put(tx, t('lab.window-waiting'), Math.max(0, s.written - s.nxt), 'SndMax', 'SndNxt');
  }
  if (r) {
    put(rx, 'RCV.NXT', r.nxt, 'RcvNxt');
    put(rx, 'RCV.NXT+RCV.WND', r.edge, 'RcvWup', 'RcvWnd');
    put(rx, t('lab.window-unread'), r.unread, 'InQueue');
    put(rx, t('lab.window-held'), r.held, 'OfoBytes');
  }
  return out;
}

function Space({ d }: { d: Direction }) {
  const { sender: s, receiver: r } = d;
  const scale = new Scale(d);
  const numbers = numbersOf(d);
  return (
    <div class="space">
      <p class="space-title">
        {d.from} → {d.to}
      </p>
      <svg class="strip" viewBox={`0 0 ${W} ${r && s ? 78 : 48}`} role="img" aria-label={`${d.from} → ${d.to}. ${numbers.map((x) => `${x.name} ${x.v}`).join(', ')}`}>
        {s && <Sent s={s} scale={scale} />}
        {r && <Received r={r} scale={scale} top={s ? 30 : 0} />}
        {scale.far > scale.hi && <path class="cut" d={`M${W - 7} ${y - 2}l4 5l-4 5l4 5l-4 5`} />}
      </svg>
      <Key s={s} />
      <details class="changes-more">
        <summary>{t('lab.as-table')}</summary>
        <table>
          <tbody>
            {numbers.map((x) => (
              <tr key={x.name}>
                <th scope="row">{x.name}</th>
                <td class="mono">
                  <Value of={x.of} n={n.value} name={x.name} text={String(x.v)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

/** The sender's view of the sequence space. */
function Sent({ s, scale }: { s: NonNullable<Direction['sender']>; scale: Scale }) {
  const px = (x: number) => scale.px(x);
  const { lo, hi } = scale;
  return (
    <g>
      <rect class="acked" x="0" y={y} width={BEFORE - 2} height="14" />
      {scale.box('beyond', lo, hi, y, 14)}
      {scale.box('usable', s.nxt, can(s), y, 14)}
      {scale.box('sent', s.una, s.nxt, y, 14)}
      {scale.box('ready', s.nxt, Math.min(s.written, can(s)), y + 10, 4)}
      {scale.box('stuck', Math.max(s.nxt, can(s)), s.written, y + 10, 4)}
      <path d={`M${px(s.una)} ${y - 3}v20M${px(s.nxt)} ${y - 3}v20${s.wnd <= hi ? `M${px(s.wnd)} ${y - 3}v20` : ''}`} />
      {s.cwnd < hi && <path class="cwnd" d={`M${px(s.cwnd)} ${y - 3}v20`} />}
      <text x={px(s.una)} y={y - 5}>
        UNA
      </text>
      <text x={Math.min(W - 30, Math.max(px(s.una) + 28, px(s.nxt)))} y={y - 5}>
        NXT
      </text>
      {s.wnd <= hi && px(s.wnd) > px(s.nxt) + 34 && (
        <text x={Math.min(px(s.wnd), W - 2)} y={y - 5} text-anchor="end">
          WND
        </text>
      )}
      {s.cwnd < hi && (
        <text class="cwnd" x={Math.max(24, px(s.cwnd))} y={y + 26} text-anchor="end">
          cwnd
        </text>
      )}
    </g>
  );
}

/** The receiver's view of it. */
function Received({ r, scale, top }: { r: NonNullable<Direction['receiver']>; scale: Scale; top: number }) {
  const px = (x: number) => scale.px(x);
  const { lo, hi } = scale;
  return (
    <g transform={`translate(0 ${top})`}>
      <rect class="acked" x="0" y={y + 10} width={BEFORE - 2} height="10" />
      {scale.box('beyond', lo, hi, y + 10, 10)}
      {scale.box('usable', r.nxt, r.edge, y + 10, 10)}
      {scale.box('unread', r.nxt - r.unread, r.nxt, y + 10, 10)}
      <path d={`M${px(r.nxt)} ${y + 8}v14${r.edge <= hi ? `M${px(r.edge)} ${y + 8}v14` : ''}`} />
      <text x={px(r.nxt)} y={y + 31}>
        RCV.NXT
      </text>
      {r.edge <= hi && px(r.edge) > px(r.nxt) + 60 && (
        <text x={Math.min(px(r.edge), W - 2)} y={y + 31} text-anchor="end">
          +WND
        </text>
      )}
    </g>
  );
}

function Key({ s }: { s: Direction['sender'] }) {
  return (
    <p class="legend strip-legend">
      <span>
        <i class="acked" /> {t('lab.window-acked')}
      </span>
      <span>
        <i class="sent" /> {t('lab.window-sent')}
      </span>
      <span>
        <i class="usable" /> {t('lab.window-may')}
      </span>
      <span>
        <i class="beyond" /> {t('lab.window-not')}
      </span>
      {(s?.written ?? 0) > (s?.nxt ?? 0) && (
        <span>
          <i class={s && s.written > can(s) ? 'stuck' : 'ready'} /> {t('lab.window-waiting')}
        </span>
      )}
    </p>
  );
}
