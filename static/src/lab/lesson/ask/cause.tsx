import { useEffect } from 'preact/hooks';
import { instant } from '../../../diagram/time';
import { t } from '../../../i18n';
import { choose } from '../../act';
import { eventTitle } from '../../say';
import { data, hello, rev } from '../../state';

/** Events of the run as candidates for a cause: keys 1 to 4, in the order of time. Each pick is answered in place. */
export function CauseList({ list, pick, tried = [], right = [] }: { list: number[]; pick: (n: number) => void; tried?: number[]; right?: number[] }) {
  void rev.value;
  const d = data.value;
  const hosts = hello.value?.hosts ?? [];
  const open = right.length === 0;
  useEffect(() => {
    if (!open) return;
    const on = (e: KeyboardEvent) => {
      const k = list[Number(e.key) - 1];
      const el = e.target as HTMLElement;
      if (k === undefined || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) return;
      e.preventDefault();
      e.stopPropagation();
      pick(k);
    };
    addEventListener('keydown', on, true);
    return () => removeEventListener('keydown', on, true);
  }, [list.join(), open]);
  return (
    <ol class="causes">
      {list.map((k, i) => {
        const f = d?.frame(k);
        const mark = right.includes(k) ? 'right' : tried.includes(k) ? 'other' : '';
        return (
          <li key={k}>
            <button
              type="button"
              class={`opt ${mark}`}
              disabled={!open && !mark}
              onClick={() => pick(k)}
              onPointerEnter={() => choose({ key: `e${k}`, n: k })}
              onFocus={() => choose({ key: `e${k}`, n: k })}
            >
              <kbd>{i + 1}</kbd>
              <span>
                <span class="mono">{f ? instant(f.at) : ''}</span> {f && d ? eventTitle(f, d, hosts) : t('lesson.event', { n: k })}
                {mark && <span class="tag">{t(mark === 'right' ? 'lesson.cause-right' : 'lesson.cause-other')}</span>}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
