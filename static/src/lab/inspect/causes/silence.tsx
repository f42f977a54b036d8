import { duration, instant } from '../../../diagram/time';
import { has, t } from '../../../i18n';
import type { Silence, Waiting } from '../../../proto';
import { n, now, shown } from '../../after';
import { asking, hello } from '../../state';
import { until } from '../../sync';

/** Why nothing is under way, a line for each host, the wire and the programs, and what will end it. */
export function Silences({ list }: { list: Silence[] }) {
  if (!list.length || shown.value !== n.value || asking.value) return null;
  return (
    <section class="silence">
      <h3>{t('why.silence')}</h3>
      {list.map((s) => (
        <div key={s.name} class="part">
          {list.length > 1 && <p class="mono ref">{s.name}</p>}
          <dl>
            {s.lines.map((l, i) => (
              <div key={i}>
                <dt>{label(l)}</dt>
                <dd>
                  {text(l)}
                  {l.timer && l.at !== null && (
                    <span class="chg">{t('waits.timer', { timer: has(`lab.timer.${l.timer}`) ? t(`lab.timer.${l.timer}`) : l.timer, time: duration(l.at - now.value) })}</span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
          <p class="ends">
            <Ends at={s.ends} />
          </p>
        </div>
      ))}
    </section>
  );
}

function Ends({ at }: { at: number | null }) {
  if (at === null) return <>{t('waits.nothing')}</>;
  return (
    <button type="button" class="small" onClick={() => void until(`now >= ${at / 1e9}`)}>
      {t('waits.run-until', { time: instant(at) })}
    </button>
  );
}

const name = (i: number) => hello.peek()?.hosts?.[i]?.name ?? '';
const label = (l: Waiting) => (l.who === 'wire' ? t('waits.wire') : l.who === 'program' ? `${name(l.host)}: ${l.proc}` : name(l.host));

function text(l: Waiting) {
  const args = { segment: l.segment ?? '', limit: l.limit ?? '', call: l.call ?? '', time: l.at === null ? '' : instant(l.at) };
  const key = l.for === 'program-next' && l.at === null ? 'waits.program-idle' : `waits.${l.for}`;
  return <span>{t(key, args)}</span>;
}
