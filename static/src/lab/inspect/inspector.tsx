import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { tabsThere } from '../lesson/steer';
import { type Tab, tab } from '../state';
import { Later } from '../ui/later';
import { Values } from '../ui/Value';
import { Watches } from './causes/watches';
import { Why } from './why';

/** The right column: one of its tabs at a time. */
export function Inspector() {
  const tabs = tabsThere.value;
  const now = tabs.includes(tab.value) ? tab.value : (tabs[0] ?? tab.value);
  const was = useRef(now);
  useEffect(() => {
    if (was.current !== now) document.getElementById(`tab-${now}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    was.current = now;
  }, [now]);
  if (!tabs.length) return <aside class="right" aria-label={t('lab.inspector')} hidden />;
  return (
    <aside class="right" aria-label={t('lab.inspector')}>
      <h2 class="sr">{t('lab.inspector')}</h2>
      <div
        class="tabs"
        role="tablist"
        onKeyDown={(e) => {
          const i = tabs.indexOf(now);
          const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
          if (!by) return;
          e.preventDefault();
          e.stopPropagation();
          tab.value = tabs[(i + by + tabs.length) % tabs.length];
          (e.currentTarget.children[tabs.indexOf(tab.peek())] as HTMLElement).focus();
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
              tab.value = x;
            }}
          >
            {t(`lab.tab-${x}`)}
          </button>
        ))}
      </div>
      <Watches />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel of tabs is a stop of its own */}
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${now}`} tabIndex={0}>
        {now === 'why' ? (
          <Values>
            <Why />
          </Values>
        ) : (
          <Other now={now} />
        )}
      </div>
    </aside>
  );
}

/** What nobody sees before the first Step. */
function Other({ now }: { now: Tab }) {
  return (
    <Later>
      {(m) => (
        <Values>
          {now === 'sockets' && <m.Sockets />}
          {now === 'queues' && <m.Queues />}
          {now === 'window' && <m.Windows />}
          {now === 'charts' && <m.Charts />}
          {now === 'timers' && <m.Timers />}
          {now === 'sysctl' && <m.Sysctls />}
          {now === 'header' && <m.HeaderTab />}
          {now === 'shell' && <m.Shell />}
        </Values>
      )}
    </Later>
  );
}
