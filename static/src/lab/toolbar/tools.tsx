import { ZoomBar } from '../../diagram/zoombar';
import { t } from '../../i18n';
import { charted, dialog, options, table, time } from '../state';
import { FilterMenu, Opened } from './filters';
import { keyOf } from './keytable';

/** The row above the diagram: how it is drawn, and what can be done to hosts. */
export function Tools() {
  return (
    <div class="tools">
      <ZoomBar time={time} />
      <Toggle on={table} text={t('lab.as-table')} k="table" />
      <Toggle on={charted} text={t('chart.open')} k="chart" />
      <Toggle on={options} text={t('lab.options')} k="options" />
      <FilterMenu />
      <Opened />
      <span class="sp" />
      <button
        type="button"
        class="small"
        onClick={() => {
          dialog.value = 'host';
        }}
      >
        {t('lab.host')}
      </button>
      <button
        type="button"
        class="small"
        onClick={() => {
          dialog.value = 'call';
        }}
      >
        {t('lab.call')}
      </button>
      <button
        type="button"
        class="small"
        onClick={() => {
          dialog.value = 'forge';
        }}
      >
        {t('lab.forge')}
      </button>
    </div>
  );
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
