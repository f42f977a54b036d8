import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { instant } from '../../diagram/time';
import { itemRect } from '../../diagram/view';
import { t } from '../../i18n';
import type { Track } from '../../model/history';
import { act, actAt, choose } from '../act';
import { narrow } from '../phone/narrow';
import { bar, data, dialog, hello, n } from '../state';
import { pause, seek } from '../sync';
import { keyOf } from '../toolbar/keytable';
import { beside } from '../ui/place';

/** Where a segment is at the cursor. */
export function fateAt(tr: Track, k: number): { fate: 'later' | 'flying' | 'held' | 'gone'; arrived: number } {
  if (tr.n > k) return { fate: 'later', arrived: 0 };
  let fate: 'flying' | 'held' | 'gone' = tr.packet.arrive === null ? 'held' : 'flying';
  let arrived = 0;
  for (const x of tr.turns) {
    if (x.n > k) break;
    if (x.what === 'delivered' || x.what === 'lost') {
      fate = 'gone';
      arrived = x.n;
    } else if (x.what === 'held') fate = 'held';
    else if (x.what === 'moved') fate = 'flying';
  }
  return { fate, arrived };
}

export type ActionKey = 'drop' | 'delay' | 'hold' | 'release' | 'duplicate' | 'corrupt' | 'edit';

/** Does something to a segment: here if it is on its way, else back where it was, on a branch. */
export async function actOn(id: number, op: string): Promise<boolean> {
  const tr = data.peek()?.history.byPacket.get(id);
  if (!tr) return false;
  const { fate } = fateAt(tr, n.peek());
  const ok = fate === 'flying' || fate === 'held' ? await act(op) : await actAt(tr.n, op);
  if (ok) bar.value = null;
  return ok;
}

export function press(id: number, key: ActionKey): void {
  const tr = data.peek()?.history.byPacket.get(id);
  if (!tr) return;
  const held = fateAt(tr, n.peek()).fate === 'held';
  switch (key) {
    case 'delay':
      bar.value = { packet: id, mode: 'delay' };
      break;
    case 'edit':
      bar.value = null;
      dialog.value = 'edit';
      break;
    case 'hold':
    case 'release':
      void actOn(id, `${held ? 'release' : 'hold'} packet ${id}`);
      break;
    default:
      void actOn(id, `${key} packet ${id}`);
  }
}

/** The bar of what can be done to the chosen segment. */
export function ActionBar({ laid }: { laid: ReadonlySignal<unknown> }) {
  const open = bar.value;
  const drawn = open && laid.value;
  const ref = useRef<HTMLDivElement>(null);
  const d = data.value;
  const tr = open && d?.history.byPacket.get(open.packet);
  useEffect(() => {
    if (!open || !ref.current) return;
    if (!ref.current.contains(document.activeElement)) ref.current.querySelector<HTMLElement>('button, input')?.focus({ preventScroll: true });
  }, [open?.packet, open?.mode]);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!open || !el) return;
    el.showPopover();
    const put = () => place(el, open.packet);
    const watch = new ResizeObserver(put);
    watch.observe(el);
    addEventListener('resize', put);
    document.addEventListener('scroll', put, { capture: true, passive: true });
    return () => {
      watch.disconnect();
      removeEventListener('resize', put);
      document.removeEventListener('scroll', put, { capture: true });
    };
  }, [open?.packet, open?.mode, !!tr, narrow.value, drawn]);
  if (!open || !tr || narrow.value) return null; // a narrow page has them in its sheet
  const close = () => {
    bar.value = null;
    document.querySelector<SVGElement>(`[data-key="p${open.packet}"]`)?.focus({ preventScroll: true });
  };
  return (
    <div
      class="pop"
      ref={ref}
      popover="manual"
      role="toolbar"
      aria-label={t('lab.act.label', { segment: tr.packet.kind })}
      onKeyDown={(e) => {
        if (e.key === 'Escape') {
          e.stopPropagation();
          close();
        }
        if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') {
          const list = [...(ref.current?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])];
          const i = list.indexOf(document.activeElement as HTMLElement);
          list[(i + (e.key === 'ArrowRight' ? 1 : list.length - 1)) % list.length]?.focus();
          e.preventDefault();
          e.stopPropagation();
        }
      }}
    >
      {open.mode === 'delay' ? <DelayForm id={open.packet} /> : <Buttons tr={tr} />}
    </div>
  );
}

/** Beside its segment and wholly in view; where the diagram is too small for both, anywhere in the window. */
function place(el: HTMLElement, id: number): void {
  const dg = document.querySelector('.canvas .dg')?.getBoundingClientRect();
  const anchor = itemRect(`p${id}`);
  if (!dg || !anchor) return;
  const size = { width: el.offsetWidth, height: el.offsetHeight };
  const room = Math.max(anchor.top - dg.top, dg.bottom - anchor.bottom) > size.height + 20;
  const view = room ? dg : { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: innerHeight };
  const mid = { ...anchor, left: (anchor.left + anchor.right - size.width) / 2 };
  const at = beside(mid, size, view);
  el.style.setProperty('left', `${at.left}px`);
  el.style.setProperty('top', `${at.top}px`);
}

/** What can be done to it, and why not where it cannot. */
export function Buttons({ tr }: { tr: Track }) {
  const { fate, arrived } = fateAt(tr, n.value);
  const p = tr.packet;
  const host = hello.value?.hosts?.[p.from]?.name ?? '';
  const reason = fate === 'gone' ? t(tr.turns.find((x) => x.n === arrived)?.what === 'lost' ? 'lab.act.gone-lost' : 'lab.act.gone') : '';
  const off = fate === 'gone';
  const id = p.id;
  const buttons: ActionKey[] = ['drop', 'delay', fate === 'held' ? 'release' : 'hold', 'duplicate', 'corrupt', 'edit'];
  return (
    <>
      <div class="pop-row">
        {buttons.map((key) => (
          <button key={key} type="button" class={key === 'drop' ? 'danger' : ''} disabled={off} title={off ? reason : undefined} onClick={() => press(id, key)}>
            {t(`lab.act.${key}`)}
            <kbd>{keyOf(key === 'release' ? 'hold' : key)}</kbd>
          </button>
        ))}
      </div>
      <div class="pop-row rest">
        {off && (
          <>
            <span class="ref">{reason}</span>
            <button type="button" onClick={() => back(tr)}>
              {t('lab.act.go-back', { time: instant(p.sent) })}
            </button>
            <button type="button" class="danger" onClick={() => actOn(id, `drop packet ${id}`)}>
              {t('lab.act.drop-fork')}
            </button>
          </>
        )}
        {p.kind !== 'NONE' && p.kind !== 'ICMP' && (
          <button type="button" onClick={() => every(tr, host)} title={t('lab.act.every-tip')}>
            {t('lab.act.every', { kind: p.kind, host })}
          </button>
        )}
      </div>
    </>
  );
}

function back(tr: Track): void {
  bar.value = null;
  pause();
  seek(tr.n);
  choose({ key: `p${tr.packet.id}`, n: tr.n, packet: tr.packet.id });
}

/** Takes this segment and every one like it from now on. */
async function every(tr: Track, host: string): Promise<void> {
  const p = tr.packet;
  const { fate } = fateAt(tr, n.peek());
  bar.value = null;
  const rule = `drop every ${p.kind} from ${host}`;
  if (fate === 'flying' || fate === 'held') {
    if (await act(`drop packet ${p.id}`)) await act(rule);
  } else await act(rule);
}

export function DelayForm({ id }: { id: number }) {
  const [by, setBy] = useState('50ms');
  return (
    <form
      class="pop-row"
      onSubmit={(e) => {
        e.preventDefault();
        void actOn(id, `delay packet ${id} by ${by.trim()}`);
      }}
    >
      <label for="delay-by">{t('lab.act.delay-by')}</label>
      <input id="delay-by" class="mono" size={8} value={by} onInput={(e) => setBy(e.currentTarget.value)} spellcheck={false} />
      <button type="submit" class="primary">
        {t('lab.act.delay')}
      </button>
    </form>
  );
}
