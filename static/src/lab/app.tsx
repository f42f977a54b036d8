import { signal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Labels } from '../diagram/labels';
import type { Layout } from '../diagram/layout';
import { Diagram, type Item } from '../diagram/view';
import { lang, t } from '../i18n';
import { ActionBar } from './actions';
import { BranchMenu } from './branches';
import { Charts } from './charts';
import { Compare } from './compare';
import { Dialogs } from './dialogs';
import { FilterMenu, Opened } from './filters';
import { onKey } from './keys';
import { LessonPanel } from './lesson';
import { Queues } from './queues';
import { announce } from './say';
import { Shell } from './shell';
import { Sockets } from './sockets';
import * as s from './store';
import type { Stream } from './stream';
import { Sysctls } from './sysctl';
import { EventTable } from './table';
import { ThemeButton } from './theme';
import { Timers } from './timers';
import { Transport } from './transport';
import { Why } from './why';
import { Windows } from './window';

const laid = signal<{ l: Layout; labels: Labels | null } | null>(null);
const menu = signal<'' | 'export'>('');

export interface Place {
  session: string;
  lesson: string;
  title: string;
}

export function App({ stream, place }: { stream: Stream; place: Place }) {
  const hasLesson = !!s.lessonDoc.value;
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const el = ref.current;
    // Keys belong to the lab: they work when nothing else has the focus, too.
    const on = (e: KeyboardEvent) => {
      if (e.target === document.body || el?.contains(e.target as Node)) onKey(e);
    };
    addEventListener('keydown', on);
    return () => removeEventListener('keydown', on);
  }, []);
  return (
    <div ref={ref} class={`app col-${s.column.value}${hasLesson ? '' : ' no-lesson'}${s.comparing.value ? ' comparing' : ''}`}>
      <Header stream={stream} place={place} />
      <Banner stream={stream} />
      <Columns hasLesson={hasLesson} />
      <div class="cols">
        {hasLesson && (
          <aside class="left" aria-label={t('lab.lesson')}>
            <LessonPanel />
          </aside>
        )}
        <Canvas />
        <Inspector />
      </div>
      <Transport />
      <Dialogs />
      <Live />
    </div>
  );
}

function Header({ stream, place }: { stream: Stream; place: Place }) {
  const doc = s.lessonDoc.value;
  const other = lang.value === 'en' ? 'zh-CN' : 'en';
  const to = new URL(location.href);
  to.searchParams.set('lang', other);
  return (
    <header class="bar">
      <a class="brand" href="/" aria-label="Wirestep">
        <span aria-hidden="true">⇄</span> <span class="wide">Wirestep</span>
      </a>
      <span class="crumb">
        {doc ? (
          <>
            <a href="/#lessons" class="wide">
              {t('nav.lessons')}
            </a>
            <span class="wide"> › </span>
            <span class="wide">{t(`topic.${doc.topic}`)} › </span>
            <b>{doc.title}</b>
          </>
        ) : (
          <b>{place.title || s.hello.value?.title}</b>
        )}
      </span>
      <BranchMenu />
      <span class="sp" />
      <Status stream={stream} />
      <div
        class="menu-of"
        onKeyDown={(e) => {
          if (e.key === 'Escape') menu.value = '';
        }}
      >
        <button
          type="button"
          class="wide"
          aria-haspopup="true"
          aria-expanded={menu.value === 'export'}
          onClick={() => {
            menu.value = menu.value === 'export' ? '' : 'export';
          }}
        >
          {t('lab.export')} ▾
        </button>
        {menu.value === 'export' && (
          <div class="menu right">
            <a href={`/api/sessions/${place.session}/bundle`} download>
              {t('lab.export-bundle')}
            </a>
            <a href={`/api/sessions/${place.session}/trace`} download={`wirestep-${place.session}.txt`}>
              {t('lab.export-trace')}
            </a>
            <a href={`/api/sessions/${place.session}/capture.pcapng`} download>
              {t('lab.export-pcap')}
            </a>
            {(s.hello.value?.hosts ?? [])
              .filter((h) => !h.kind)
              .map((h) => (
                <a key={h.name} href={`/api/sessions/${place.session}/script.pkt?host=${encodeURIComponent(h.name)}`} download>
                  {t('lab.export-pkt', { host: h.name })}
                </a>
              ))}
            <a href={`/api/sessions/${place.session}/diagram.svg`} download={`wirestep-${place.session}.svg`}>
              {t('lab.export-svg')}
            </a>
          </div>
        )}
      </div>
      <button type="button" class="primary share" onClick={() => share(place)}>
        {t('lab.share')}
      </button>
      <a class="button lang" href={to.pathname + to.search} hreflang={other} lang={other}>
        {other === 'en' ? 'EN' : '中文'}
      </a>
      <ThemeButton />
      <button
        type="button"
        class="wide"
        title={t('lab.keys')}
        aria-label={t('lab.keys')}
        onClick={() => {
          s.dialog.value = 'keys';
        }}
      >
        ?
      </button>
    </header>
  );
}

async function share(place: Place): Promise<void> {
  const url = `${location.origin}/lab/${place.session}`;
  try {
    await navigator.clipboard.writeText(url);
    s.say(t('lab.share-copied', { url }));
  } catch {
    s.say(t('lab.share-url', { url }));
  }
}

function Status({ stream }: { stream: Stream }) {
  const l = stream.link.value;
  return (
    <span class="chip wide status">
      <span class={`dot ${l}`} />
      {t(`lab.link-${l}`)}
    </span>
  );
}

function Banner({ stream }: { stream: Stream }) {
  const l = stream.link.value;
  const k = stream.waiting.value;
  if (l === 'lost') {
    return (
      <div class="banner" role="status">
        {t('lab.lost')} {k > 0 ? t('lab.lost-waiting', { n: k }) : t('lab.lost-kept')}{' '}
        <button type="button" class="small" onClick={() => stream.now()}>
          {t('lab.reconnect')}
        </button>
      </div>
    );
  }
  if (l === 'over') {
    const { why, text } = stream.bye.value;
    return (
      <div class="banner wrong" role="alert">
        {why === 'expired' || why === 'broken' ? t(`lab.over-${why}`) : `${t('lab.over-other')} ${text}`} <a href="/">{t('failure.home')}</a>
      </div>
    );
  }
  const m = s.note.value;
  if (!m) return null;
  return (
    <div class={`banner ${m.tone}`} role={m.tone === 'wrong' ? 'alert' : 'status'}>
      {m.text.startsWith('lab.') ? t(m.text) : m.text}{' '}
      <button
        type="button"
        class="small"
        aria-label={t('lab.close')}
        onClick={() => {
          s.note.value = null;
        }}
      >
        ×
      </button>
    </div>
  );
}

/** Below 900 pixels the columns are tabs. */
function Columns({ hasLesson }: { hasLesson: boolean }) {
  const tabs = (['diagram', 'lesson', 'inspect'] as const).filter((x) => x !== 'lesson' || hasLesson);
  return (
    <nav class="columns" aria-label={t('lab.columns')}>
      {tabs.map((x) => (
        <button
          key={x}
          type="button"
          aria-pressed={s.column.value === x}
          onClick={() => {
            s.column.value = x;
          }}
        >
          {t(`lab.column-${x}`)}
        </button>
      ))}
    </nav>
  );
}

function Canvas() {
  const d = s.data.value;
  const hosts = s.hello.value?.hosts ?? [];
  const choose = (item: Item | null, how: 'click' | 'focus' | 'menu' | 'enter') => {
    if (!item) {
      s.choose(null);
      return;
    }
    s.choose(item);
    if (how === 'focus') {
      if (s.bar.peek()?.packet !== item.packet) s.bar.value = null;
      return;
    }
    if (item.group) {
      s.opened.value = new Set([...s.opened.peek(), item.group]);
      s.choose({ key: `p${item.group}`, n: item.n, packet: item.group });
      return;
    }
    s.tab.value = 'why';
    s.bar.value = item.packet ? { packet: item.packet, mode: '' } : null;
  };
  if (!d) return <div class="canvas" />;
  return (
    <section class="canvas" aria-label={t('lab.diagram')}>
      <div class="tools">
        <Toggle on={s.table} text={t('lab.as-table')} k="T" />
        <Toggle on={s.linear} text={t('lab.linear')} k="A" />
        <Toggle on={s.options} text={t('lab.options')} k="O" />
        <FilterMenu />
        <Opened />
        <span class="sp" />
        <button
          type="button"
          class="small"
          onClick={() => {
            s.dialog.value = 'host';
          }}
        >
          {t('lab.host')}
        </button>
        <button
          type="button"
          class="small"
          onClick={() => {
            s.dialog.value = 'call';
          }}
        >
          {t('lab.call')}
        </button>
        <button
          type="button"
          class="small"
          onClick={() => {
            s.dialog.value = 'forge';
          }}
        >
          {t('lab.forge')}
        </button>
      </div>
      <Standing />
      {s.comparing.value ? (
        <Compare />
      ) : s.table.value ? (
        <EventTable />
      ) : (
        <Diagram
          data={d}
          n={s.n.value}
          rev={s.rev.value}
          hosts={hosts}
          links={s.hello.value?.links ?? []}
          lang={lang.value}
          linear={s.linear.value}
          options={s.options.value}
          hideFuture={s.asking.value}
          clock={s.clock}
          shown={s.shownHosts.value}
          filter={s.filter.value}
          opened={s.opened.value}
          limits={s.limits.value}
          chosen={s.chosen.value}
          lit={s.lit.value}
          label={t('lab.diagram-label')}
          choose={choose}
          hover={(item) => {
            if (s.hovered.peek()?.key !== item?.key) s.hovered.value = item;
          }}
          drag={(id, arrive) => {
            const p = d.state.packets.get(id)?.packet;
            if (!p || p.arrive === null) return;
            const by = arrive - p.arrive;
            if (by > 0) void s.act(`delay packet ${id} by ${Math.round(by / 1e6)}ms`);
            else s.say('lab.drag-back');
          }}
          laid={(l, labels) => {
            laid.value = { l, labels };
          }}
        >
          <ActionBar l={laid.value?.l ?? null} labels={laid.value?.labels ?? null} />
        </Diagram>
      )}
    </section>
  );
}

/** Rules for segments to come, each to be taken back. */
function Standing() {
  void s.rev.value;
  void s.n.value;
  const list = s.data.value?.state.rules ?? [];
  if (!list.length) return null;
  return (
    <ul class="standing" aria-label={t('lab.standing')}>
      {list.map((r) => (
        <li key={r.n} class="chip">
          <span class="mono">{r.text}</span> <span class="quiet">{t('lab.hits', { n: r.hits })}</span>
          <button type="button" class="link" aria-label={t('lab.forget', { rule: r.text })} title={t('lab.forget', { rule: r.text })} onClick={() => s.act(`forget rule ${r.n}`)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function Toggle({ on, text, k }: { on: { value: boolean }; text: string; k: string }) {
  return (
    <button
      type="button"
      class="small"
      aria-pressed={on.value}
      title={`${text} (${k})`}
      onClick={() => {
        on.value = !on.value;
      }}
    >
      {text}
    </button>
  );
}

function Inspector() {
  const { tabs } = s;
  const now = s.tab.value;
  return (
    <aside class="right" aria-label={t('lab.inspector')}>
      <div
        class="tabs"
        role="tablist"
        onKeyDown={(e) => {
          const i = tabs.indexOf(now);
          const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
          if (!by) return;
          e.preventDefault();
          e.stopPropagation();
          s.tab.value = tabs[(i + by + tabs.length) % tabs.length];
          (e.currentTarget.children[tabs.indexOf(s.tab.peek())] as HTMLElement).focus();
        }}
      >
        {tabs.map((x) => (
          <button
            key={x}
            id={`tab-${x}`}
            type="button"
            role="tab"
            aria-selected={x === now}
            aria-controls="panel"
            tabIndex={x === now ? 0 : -1}
            onClick={() => {
              s.tab.value = x;
            }}
          >
            {t(`lab.tab-${x}`)}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel of tabs is a stop of its own */}
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${now}`} tabIndex={0}>
        {now === 'why' && <Why />}
        {now === 'sockets' && <Sockets />}
        {now === 'queues' && <Queues />}
        {now === 'window' && <Windows />}
        {now === 'charts' && <Charts />}
        {now === 'timers' && <Timers />}
        {now === 'sysctl' && <Sysctls />}
        {now === 'shell' && <Shell />}
      </div>
    </aside>
  );
}

/** Says each event to those who do not see it. */
function Live() {
  const ref = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const d = s.data.value;
    const f = d?.frame(s.n.value);
    if (ref.current) ref.current.textContent = f && d ? announce(f, d, s.hello.value?.hosts ?? []) : '';
  });
  return <div class="sr" aria-live="polite" ref={ref} />;
}
