import { t } from '../../i18n';
import { tab, tabs } from '../state';
import { later } from '../ui/later';
import { Values } from '../ui/Value';
import { Watches } from './causes/watches';
import { HeaderTab } from './header/tab';
import { Queues } from './queues/queues';
import { Shell } from './shell';
import { Sockets } from './sockets';
import { Sysctls } from './sysctl/tab';
import { Timers } from './timers';
import { Why } from './why';
import { Windows } from './window';

/** The right column: one of its tabs at a time. */
export function Inspector() {
  const now = tab.value;
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
          tab.value = tabs[(i + by + tabs.length) % tabs.length];
          (e.currentTarget.children[tabs.indexOf(tab.peek())] as HTMLElement).focus();
        }}
      >
        {tabs.map((x) => (
          <button
            key={x}
            id={`tab-${x}`}
            ref={x === now ? (el) => el?.scrollIntoView({ block: 'nearest', inline: 'nearest' }) : undefined}
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
        <Values>
          {now === 'why' && <Why />}
          {now === 'sockets' && <Sockets />}
          {now === 'queues' && <Queues />}
          {now === 'window' && <Windows />}
          {now === 'charts' && <Charts />}
          {now === 'timers' && <Timers />}
          {now === 'sysctl' && <Sysctls />}
          {now === 'header' && <HeaderTab />}
          {now === 'shell' && <Shell />}
        </Values>
      </div>
    </aside>
  );
}

function Charts() {
  const more = later();
  return more && <more.Charts />;
}
