import { t } from '../../i18n';
import { made } from '../lesson/moves';
import { asking, lesson, lessonDoc, n, rev } from '../state';
import { Icon } from '../ui/Icon';
import { plain } from '../veil/veil';
import { show } from './narrow';

/** What the lesson waits for, always in view. */
export function GoalStrip() {
  void rev.value;
  void n.value;
  const at = lesson.value;
  const step = at && lessonDoc.value?.steps[at.step];
  if (!at || !step || asking.value || at.done || at.away) return null;
  const moves = step.do ?? [];
  const done = moves.filter((_, i) => made(i)).length;
  const next = moves.find((_, i) => !made(i));
  const text = plain(next?.text ?? step.goal?.text ?? []);
  if (!text) return null;
  return (
    <button type="button" class="goal-strip" onClick={() => show('lesson', 2)}>
      <Icon name="target" />
      <span class="what">
        {t(next ? 'lab.your-move' : 'lab.your-goal')} <b>{text}</b>
      </span>
      {moves.length > 0 && <span class="quiet">{t('lab.of', { n: done, of: moves.length })}</span>}
    </button>
  );
}
