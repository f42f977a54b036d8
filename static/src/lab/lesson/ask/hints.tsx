import { t } from '../../../i18n';
import { lesson } from '../../state';
import { order } from '../../sync';
import type { Step } from '../doc';
import { go } from '../go';
import { Spans } from '../text';

/** Help by degrees: which host, which segment, what to do; the last is that it is done. */
export function Hints({ step }: { step: Step }) {
  const at = lesson.value;
  const all = step.hints ?? [];
  if (!at) return null;
  const shown = Math.min(at.hints ?? 0, all.length);
  return (
    <div class="hints">
      {shown > 0 && (
        <ol aria-live="polite">
          {all.slice(0, shown).map((h, i) => (
            <li key={i}>
              <Spans list={h} />
            </li>
          ))}
        </ol>
      )}
      {shown < all.length ? (
        <button type="button" class="link" onClick={() => void order({ t: 'lesson', text: 'hint' })}>
          {t('lesson.hint', { n: shown + 1, of: all.length })}
        </button>
      ) : (
        (shown > 0 || (at.tried?.length ?? 0) > 0) && (
          <button type="button" class="link" title={t('lesson.next-does')} onClick={() => go('next')}>
            {t('lesson.do-and-next')}
          </button>
        )
      )}
    </div>
  );
}
