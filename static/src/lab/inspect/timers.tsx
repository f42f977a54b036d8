import { duration, instant } from '../../diagram/time';
import { timerName } from '../../diagram/words';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import type { TimerTrack } from '../../model/history';
import { data, n, next, now, rev } from '../after';
import { asking, clock, hello } from '../state';
import { Value } from '../ui/Value';
import { Hidden, isVeiled } from '../veil/veil';
import { lengthText } from './causes/length';
import { fieldRef } from './causes/number';

const W = 340;
const MOST = 80;

interface Set {
  track: TimerTrack;
  by: number; // the event that armed it
  at: number; // when it was armed
  kind: string;
  deadline: number;
}

/** The timers that are set after event k, the next to fire first. */
function set(d: BranchData, k: number): Set[] {
  const out: Set[] = [];
  for (const track of d.history.timers) {
    const last = track.turns.findLast((x) => x.n <= k);
    if (last && last.deadline !== null) out.push({ track, by: last.n, at: last.at, kind: last.kind, deadline: last.deadline });
  }
  return out.sort((a, b) => a.deadline - b.deadline);
}

/** Every timer that is running, with the time it has left; what programs wait for comes below. */
export function Timers() {
  void rev.value;
  const d = data.value;
  if (!d) return null;
  const hosts = hello.value?.hosts ?? [];
  const list = set(d, n.value);
  const time = clock.value ?? now.value;
  const calls = next.value.filter((p) => p.kind === 'call' || p.kind === 'act');
  return (
    <>
      {asking.value && <Hidden why="veil.why.timer" />}
      <section class="timers">
        <h3>{t('lab.timers-set', { n: list.length })}</h3>
        {list.length === 0 && <p class="ref">{t('lab.timers-none')}</p>}
        <ol>
          {list.slice(0, MOST).map((x) => {
            if (isVeiled(x.deadline, 'timer')) return <Running key={`${x.track.subject}.${x.track.field}`} x={x} host={hosts[x.track.host]?.name ?? ''} />;
            const left = Math.max(0, x.deadline - time);
            const k = left / Math.max(1, x.deadline - x.at);
            return (
              <li key={`${x.track.subject}.${x.track.field}`}>
                <div class="queue-top">
                  <span>
                    <b>{timerName({ kind: x.kind, label: x.track.label })}</b> · {hosts[x.track.host]?.name}
                  </span>
                  <Value
                    of={fieldRef(x.track.subject, x.track.field)}
                    n={n.value}
                    name={timerName({ kind: x.kind, label: x.track.label })}
                    text={t('lab.in', { time: duration(Math.round(left / 1e5) * 1e5) })}
                    class="mono chg"
                  />
                </div>
                <svg class="timer-bar" viewBox={`0 0 ${W} 8`} aria-hidden="true">
                  <rect width={W} height="8" rx="4" />
                  <rect class="left" x={W * (1 - Math.min(1, k))} width={W * Math.min(1, k)} height="8" rx="4" />
                </svg>
                <p class="ref">
                  <span class="mono">{d.state.subjects.get(x.track.subject)?.name ?? ''}</span> · {t('lab.timers-when', { from: instant(x.at), to: instant(x.deadline) })}
                </p>
                <Length d={d} x={x} />
              </li>
            );
          })}
        </ol>
        {list.length > MOST && <p class="ref">{t('lab.queue-more', { n: list.length - MOST })}</p>}
      </section>
      {calls.length > 0 && (
        <section>
          <h3>{t('lab.timers-calls')}</h3>
          <ul class="changes">
            {calls.slice(0, 20).map((p, i) => (
              <li key={`${p.at}.${i}`}>
                <span>
                  {hosts[p.host]?.name ?? t('lab.network')} <span class="mono">{p.name}</span>
                </span>
                <span class="v mono">{instant(p.at)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** One of which only may be known that it runs. */
function Running({ x, host }: { x: Set; host: string }) {
  return (
    <li>
      <div class="queue-top">
        <span>
          <b>{timerName({ kind: x.kind, label: x.track.label })}</b> · {host}
        </span>
        <Hidden why="veil.short" />
      </div>
    </li>
  );
}

/** Where the length of a timer came from. */
function Length({ d, x }: { d: BranchData; x: Set }) {
  const l = d.frame(x.by)?.lengths?.find((k) => k.s === x.track.subject && k.at === x.deadline);
  return l ? <p class="ref length">{lengthText(l)}</p> : null;
}
