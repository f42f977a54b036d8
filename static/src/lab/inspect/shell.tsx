import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import { there } from '../lesson/steer';
import { onBranch, say } from '../notes';
import { data, hello, n, now, tip, wide } from '../state';
import { Refused } from '../stream';
import { move, pause } from '../sync';
import { Printed } from './causes/printed';

interface Entry {
  host: string;
  at: number; // the instant at which it was asked
  line: string;
  text: string;
  n: number; // after which event it was asked
  failed: boolean;
  acted: boolean;
}

const host = signal(0);
const entries = signal<Entry[]>([]);
const line = signal('');
const waiting = signal(false);
const MOST = 100; // commands kept on the page
const examples = ['ss -tan', 'ss -ltn', 'nstat -az', 'sysctl net.ipv4.tcp_syncookies', 'help'];
let recall = -1;

/** A prompt on each host: what an operator would see at this instant. Commands that act are interventions. */
export function Shell() {
  const hosts = hello.value?.hosts ?? [];
  const at = hosts[host.value] ? host.value : 0;
  const name = hosts[at]?.name ?? '';
  const own = entries.value.filter((e) => e.host === name);
  return (
    <section
      class="shell"
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || !wide.peek()) return;
        e.stopPropagation();
        wide.value = false;
      }}
    >
      <div class="row wrap">
        <label>
          <span class="sr">{t('lab.host')}</span>
          <select
            value={String(at)}
            onChange={(e) => {
              host.value = Number(e.currentTarget.value);
            }}
          >
            {hosts.map((h, i) => (
              <option key={h.name} value={String(i)}>
                {h.name}
              </option>
            ))}
          </select>
        </label>
        <span class="sp" />
        {there('diagram') && (
          <button
            type="button"
            class="small wide"
            aria-pressed={wide.value}
            title="W"
            onClick={() => {
              wide.value = !wide.peek();
            }}
          >
            {t(wide.value ? 'shell.narrow' : 'shell.wide')}
          </button>
        )}
        <button type="button" class="small" disabled={!own.length} onClick={() => copy(own)}>
          {t('lab.shell-copy')}
        </button>
        <button
          type="button"
          class="small"
          disabled={!own.length}
          onClick={() => {
            entries.value = entries.peek().filter((e) => e.host !== name);
          }}
        >
          {t('lab.shell-clear')}
        </button>
      </div>
      <Log host={name} own={own} />
      <Prompt host={name} />
      <div class="row wrap examples">
        {examples.map((x) => (
          <button key={x} type="button" class="small mono" disabled={waiting.value} onClick={() => run(name, x)}>
            {x}
          </button>
        ))}
      </div>
    </section>
  );
}

/** What was asked on a host, and answered. */
function Log({ host, own }: { host: string; own: Entry[] }) {
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [own.length, host]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard
    <div class="shell-log mono" ref={log} role="log" aria-live="polite" aria-label={t('lab.shell-log', { host })} tabIndex={0}>
      {own.length === 0 && <p class="ref">{t('lab.shell-lead')}</p>}
      {own.map((e, i) => (
        <div key={i} class={e.failed ? 'failed' : ''}>
          <p class="asked">
            <span class="quiet">
              {e.host}@{instant(Math.round(e.at / 1e3) * 1e3)}$
            </span>{' '}
            {e.line}
          </p>
          <Printed text={e.text} host={e.host} n={e.n} />
          {e.acted && <p class="ref">{t('lab.shell-acted')}</p>}
        </div>
      ))}
    </div>
  );
}

function Prompt({ host }: { host: string }) {
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void run(host, line.value.trim());
      }}
    >
      <label class="prompt mono">
        <span>{host}$</span>
        <input
          class="mono"
          value={line.value}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          maxLength={1024}
          aria-label={t('lab.shell-prompt', { host })}
          onInput={(e) => {
            line.value = e.currentTarget.value;
            recall = -1;
          }}
          onKeyDown={(e) => {
            const by = { ArrowUp: 1, ArrowDown: -1 }[e.key];
            if (!by) return;
            e.preventDefault();
            const past = entries.peek().filter((x) => x.host === host);
            recall = Math.max(-1, Math.min(past.length - 1, recall + by));
            line.value = recall < 0 ? '' : past[past.length - 1 - recall].line;
          }}
        />
      </label>
    </form>
  );
}

async function run(name: string, text: string): Promise<void> {
  const d = data.peek();
  if (!text || !d || waiting.peek()) return;
  pause();
  waiting.value = true;
  recall = -1;
  const entry: Entry = { host: name, at: now.peek(), n: n.peek(), line: text, text: '', failed: false, acted: false };
  const fork = n.peek() < tip.peek();
  try {
    const got = (await move({ t: 'shell', branch: d.id, n: n.peek() || undefined, host: name, line: text })).shell;
    Object.assign(entry, got ?? {});
    if (got?.acted && fork) say('lab.forked', 'info', onBranch());
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    entry.text = e.message;
    entry.failed = true;
  }
  entries.value = [...entries.peek(), entry].slice(-MOST);
  line.value = '';
  waiting.value = false;
}

async function copy(list: Entry[]): Promise<void> {
  const text = list.map((e) => `$ ${e.line}\n${e.text}`).join('\n');
  try {
    await navigator.clipboard.writeText(text);
    say(t('lab.shell-copied'));
  } catch {
    say(t('lab.shell-copy-not'), 'wrong');
  }
}
