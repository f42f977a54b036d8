import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Forge } from './forge';
import { HostActions } from './hostactions';
import { ask, chosen, clock, data, dialog, dialogHost, hello, n, pause, seek } from './store';
import { Refused } from './stream';

/** An intervention at the play head; throws what was refused. */
export function actHere(op: string): Promise<unknown> {
  return ask({ t: 'act', branch: data.peek()?.id, op, ...(clock.peek() !== null ? { at: Math.round(clock.peek() ?? 0) } : {}) });
}

/** One of the hosts. */
export function HostSelect({ value, set }: { value: string; set: (s: string) => void }) {
  return (
    <select value={value} onChange={(e) => set(e.currentTarget.value)}>
      {(hello.value?.hosts ?? []).map((h) => (
        <option key={h.name}>{h.name}</option>
      ))}
    </select>
  );
}

/** A native modal dialog: focus stays inside, Escape closes it. */
export function Modal({ title, children }: { title: string; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const d = ref.current;
    const before = document.activeElement as HTMLElement | null;
    d?.showModal();
    return () => {
      d?.close();
      before?.focus?.();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-label={title}
      onClose={() => {
        dialog.value = '';
      }}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

export function Dialogs() {
  switch (dialog.value) {
    case 'keys':
      return <Keys />;
    case 'edit':
      return <Edit />;
    case 'forge':
      return <Forge />;
    case 'call':
      return <Call />;
    case 'host':
      return <HostActions />;
    default:
      return null;
  }
}

export const close = () => {
  dialog.value = '';
};

function Keys() {
  const rows: [string[], string][] = [
    [['Space'], 'lab.key.play'],
    [['←', '→'], 'lab.key.step'],
    [['Home', 'End'], 'lab.key.ends'],
    [['↑', '↓'], 'lab.key.move'],
    [['Enter'], 'lab.key.enter'],
    [['X'], 'lab.act.drop'],
    [['L'], 'lab.act.delay'],
    [['H'], 'lab.key.hold'],
    [['U'], 'lab.act.duplicate'],
    [['C'], 'lab.act.corrupt'],
    [['E'], 'lab.act.edit'],
    [['N'], 'lab.key.next'],
    [['I'], 'lab.key.into'],
    [['A'], 'lab.key.axis'],
    [['O'], 'lab.key.options'],
    [['T'], 'lab.key.table'],
    [['Esc'], 'lab.key.esc'],
    [['?'], 'lab.key.help'],
  ];
  return (
    <Modal title={t('lab.keys')}>
      <p class="ref">{t('lab.keys-lead')}</p>
      <dl class="keys">
        {rows.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <div class="row end">
        <button type="button" class="primary" onClick={close}>
          {t('lab.close')}
        </button>
      </div>
    </Modal>
  );
}

export function Problem({ text }: { text: string }) {
  return text ? (
    <p class="wrong" role="alert">
      {text}
    </p>
  ) : null;
}

export async function attempt(run: () => Promise<unknown>, wrong: (s: string) => void): Promise<void> {
  try {
    await run();
    close();
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    wrong(e.message);
  }
}

function Edit() {
  const id = chosen.value?.packet ?? 0;
  const tr = data.value?.history.byPacket.get(id);
  const p = tr?.packet;
  const first = { flags: p?.flags ?? '', seq: String(p?.seq ?? 0), ack: String(p?.ack ?? 0), win: String(p?.win ?? 0) };
  const [v, set] = useState<Record<string, string>>(first);
  const [more, setMore] = useState('');
  const [wrong, setWrong] = useState('');
  if (!p) return null;
  const changed = Object.entries(v).filter(([k, x]) => x.trim() !== (first as Record<string, string>)[k]);
  const op = `edit packet ${id} ${[...changed.map(([k, x]) => `${k}=${x.trim()}`), more.trim()].filter(Boolean).join(' ')}`;
  return (
    <Modal title={t('lab.edit-title', { segment: p.kind })}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void attempt(async () => {
            pause();
            const gone = tr.turns.some((x) => (x.what === 'delivered' || x.what === 'lost') && x.n <= n.peek());
            if (gone || tr.n > n.peek()) {
              seek(tr.n);
              await ask({ t: 'seek', branch: data.peek()?.id, n: tr.n });
            }
            await actHere(op);
          }, setWrong);
        }}
      >
        <div class="fields">
          {Object.keys(first).map((k) => (
            <label key={k}>
              <span class="mono">{k}</span>
              <input class="mono" value={v[k]} spellcheck={false} onInput={(e) => set({ ...v, [k]: e.currentTarget.value })} />
            </label>
          ))}
        </div>
        <label class="block">
          {t('lab.edit-more')}
          <input class="mono" placeholder="mss=536 wscale=none payload=&quot;x&quot;" value={more} spellcheck={false} onInput={(e) => setMore(e.currentTarget.value)} />
        </label>
        <p class="ref">{t('lab.edit-lead')}</p>
        <pre class="mono">{op}</pre>
        <Problem text={wrong} />
        <Buttons ok={t('lab.edit-do')} off={!changed.length && !more.trim()} />
      </form>
    </Modal>
  );
}

export function Buttons({ ok, off }: { ok: string; off?: boolean }) {
  return (
    <div class="row end">
      <button type="button" onClick={close}>
        {t('lab.cancel')}
      </button>
      <button type="submit" class="primary" disabled={off}>
        {ok}
      </button>
    </div>
  );
}

function Call() {
  const hosts = hello.value?.hosts ?? [];
  const host = hosts[dialogHost.value];
  const [text, setText] = useState('write(c, 100)');
  const [wrong, setWrong] = useState('');
  const run = (call: string) => void attempt(() => actHere(`call ${host?.name}: ${call}`), setWrong);
  return (
    <Modal title={t('lab.call-title', { host: host?.name ?? '' })}>
      <fieldset class="dial">
        <legend class="sr">{t('lab.host')}</legend>
        {hosts.map((h, i) => (
          <label key={h.name} class={i === dialogHost.value ? 'on' : ''}>
            <input
              type="radio"
              class="sr"
              name="call-host"
              checked={i === dialogHost.value}
              onChange={() => {
                dialogHost.value = i;
              }}
            />
            {h.name}
          </label>
        ))}
      </fieldset>
      <div class="row wrap">
        {['write(c, 100)', 'read(c, 1000)', 'shutdown(c, SHUT_WR)', 'close(c)'].map((c) => (
          <button key={c} type="button" class="mono" onClick={() => run(c)}>
            {c}
          </button>
        ))}
      </div>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          run(text.trim());
        }}
      >
        <label class="block">
          {t('lab.call-any')}
          <input class="mono" value={text} spellcheck={false} onInput={(e) => setText(e.currentTarget.value)} />
        </label>
        <Problem text={wrong} />
        <Buttons ok={t('lab.call-do')} />
      </form>
    </Modal>
  );
}
