import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import type { Plan } from './sheets';
import { type Comparison, type Future, letter, why } from './state';

/** A button beside the event that set the value of the verdict: why then? */
export function Outcomes({ c, f, plan, i, narrow }: { c: Comparison; f: Future; plan: Plan; i: number; narrow: boolean }) {
  const row = c.answer.rows.find((r) => r.short && !r.same);
  const v = row?.values[f.i];
  if (!row || !v?.event) return null;
  const s = plan.sides[i].sheet;
  const at = f.data.timeOf(v.event);
  const y = s.axis.y(at);
  const [a, b] = [s.columns[0], s.columns[1] ?? s.columns[0]];
  if (y < plan.apartY) return null;
  const open = why.value?.side === f.i && why.value.n === v.event;
  return (
    <button
      type="button"
      class="cmp-ask"
      style={{ top: `${y + 6}px`, left: `${plan.places[i].left + a.x + a.half + 10}px`, maxWidth: `${Math.max(60, b.x - a.x - (narrow ? 20 : 40))}px` }}
      aria-expanded={open}
      aria-label={t('compare.why-of', { side: letter(f.i), what: row.label, value: v.text })}
      onClick={() => {
        why.value = open ? null : { side: f.i, n: v.event };
      }}
    >
      {t('compare.why', { value: row.values.some((x) => x.text === instant(at)) ? instant(at) : v.text })}
    </button>
  );
}
