import { signal } from '@preact/signals';
import { Diagram } from '../../../diagram/view';
import { lang, t } from '../../../i18n';
import { Grid } from './grid';
import { at, cells, failed, param, revealed, run, turning } from './state';
import { Strip } from './strip';

const still = signal<number | null>(null);
const none: ReadonlySet<string> = new Set();

/** In the place of the session's diagram: the strip of a parameter, and the run of the value that is chosen. */
export function ParamView() {
  const p = param.value;
  if (!p) return null;
  const c = cells.value[at.value];
  const r = run.value;
  return (
    <section class="turning" aria-label={t('lesson.param')}>
      <header>
        <h2>{turning.value?.title}</h2>
        <span class="sp" />
        <button
          type="button"
          class="small"
          onClick={() => {
            turning.value = null;
          }}
        >
          {t('lesson.param-close')}
        </button>
      </header>
      {failed.value && <p class="wrong">{failed.value}</p>}
      {!failed.value && !cells.value.length && <p class="ref">{t('lesson.param-running')}</p>}
      {cells.value.length > 0 && (p.second ? <Grid p={p} /> : <Strip p={p} />)}
      <p class="sr" aria-live="polite">
        {c && (revealed.value ? t('lesson.param-says', { value: c.value, answer: c.answer ?? '' }) : c.value)}
      </p>
      {r && (revealed.value || !p.findEdge) ? (
        <Diagram
          data={r.data}
          n={r.data.tip}
          rev={0}
          hosts={r.hello.hosts}
          links={r.hello.links}
          lang={lang.value}
          options={false}
          hideFuture={false}
          clock={still}
          chosen={null}
          lit={none}
          stay
          label={t('lab.diagram-label')}
        />
      ) : (
        cells.value.length > 0 && (
          <p class="veil only">
            <span>{revealed.value ? t('lab.loading') : t('lesson.edge-first')}</span>
          </p>
        )
      )}
    </section>
  );
}
