import { t } from '../../../i18n';
import { asking } from '../../state';
import type { Step } from '../doc';
import { Blocks } from '../text';
import { turn, turning } from './state';

/** The way to the strip of a step. */
export function ParamOpener({ step }: { step: Step }) {
  if (!step.param) return null;
  const open = turning.value?.id === step.id;
  return (
    <section class="card param">
      <h3>{t('lesson.param')}</h3>
      <Blocks list={step.param.text} />
      <button
        type="button"
        class={open ? '' : 'primary'}
        disabled={asking.value}
        aria-expanded={open}
        onClick={() => {
          if (open) turning.value = null;
          else void turn(step);
        }}
      >
        {t(open ? 'lesson.param-close' : 'lesson.param-open')}
      </button>
    </section>
  );
}
