import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ZoomBar } from '../../diagram/zoombar';
import { t } from '../../i18n';
import { range } from '../after';
import { narrow } from '../phone/narrow';
import { charted, dialog, options, table, time } from '../state';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { FilterMenu, Opened } from './filters';
import { keyOf } from './keytable';

/** The row above the diagram: how it is drawn, and what can be done to hosts. */
export function Tools() {
  const ref = useRef<HTMLDivElement>(null);
  const tight = useTight(ref);
  return (
    <div class="tools" ref={ref}>
      <ZoomBar time={time} range={range} />
      <Toggle on={table} text={t('lab.as-table')} k="table" />
      <Toggle on={charted} text={t('chart.open')} k="chart" />
      <Toggle on={options} text={t('lab.options')} k="options" />
      <FilterMenu />
      <Opened />
      <span class="sp" />
      {tight && !narrow.value ? (
        <Menu end bare class="small" list="acts-on" label={<Icon name="dots" />} name={t('export.more')}>
          {(close) => <Acts then={close} />}
        </Menu>
      ) : (
        <Acts />
      )}
    </div>
  );
}

const acts = ['host', 'call', 'forge', 'way'] as const;

/** What can be done to hosts, and what would lead somewhere. */
function Acts({ then }: { then?: () => void }) {
  return (
    <>
      {acts.map((x) => (
        <button
          key={x}
          type="button"
          class="small"
          title={`${t(`lab.${x}`)} (${keyOf(x)})`}
          onClick={() => {
            then?.();
            dialog.value = x;
          }}
        >
          {t(`lab.${x}`)}
        </button>
      ))}
    </>
  );
}

const ROOM = 60; // pixels to spare before they come back

/** Whether the row is too short for everything in it: what does not fit goes behind a button. */
function useTight(ref: { current: HTMLElement | null }): boolean {
  const [tight, set] = useState(false);
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    let wanted = 0;
    const watch = new ResizeObserver(() => {
      const wraps = (el.lastElementChild as HTMLElement).offsetTop > (el.firstElementChild as HTMLElement).offsetTop + 12;
      if (wraps) wanted = el.clientWidth;
      set((was) => (was ? el.clientWidth <= wanted + ROOM || wraps : wraps));
    });
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  return tight;
}

function Toggle({ on, text, k }: { on: { value: boolean }; text: string; k: string }) {
  return (
    <button
      type="button"
      class="small"
      aria-pressed={on.value}
      title={`${text} (${keyOf(k)})`}
      onClick={() => {
        on.value = !on.value;
      }}
    >
      {text}
    </button>
  );
}
