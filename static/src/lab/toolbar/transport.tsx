import { computed, signal } from '@preact/signals';
import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import { lock, ready } from '../lesson/predict';
import { narrow } from '../phone/narrow';
import { follows } from '../share/state';
import { asking, atEnd, busy, clock, data, n, now, playing, rev, speed, tip } from '../state';
import { back, pause, play, seek, step, toEnd, until } from '../sync';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { halted, shut } from '../veil/veil';
import { Scrubber } from './scrubber';

const cond = signal('');
export const speeds = [0.25, 0.5, 1, 2, 4, 10];

const may = computed(() => !!data.value && !follows.value); // who follows looks on
const atStart = computed(() => n.value === 0);
const rests = computed(() => clock.value === null);

/** The bar at the foot: moving in time. Back is always there. It is made anew when a control changes, not with every event. */
export function Transport() {
  return (
    <footer class="transport">
      <div class="t">
        <button type="button" class="to-start" title={`${t('lab.to-start')} (Home)`} aria-label={t('lab.to-start')} disabled={!may.value || atStart.value} onClick={() => start()}>
          <Icon name="start" />
        </button>
        <button type="button" title={`${t('lab.back')} (←)`} aria-label={t('lab.back')} disabled={!may.value || (atStart.value && rests.value)} onClick={back}>
          <Icon name="left" />
          <span class="wide">{t('lab.back')}</span>
        </button>
        <button
          type="button"
          class="primary play"
          title={`${t('lab.play')} (␣)`}
          disabled={!may.value || ((atEnd.value || !!halted.value) && !playing.value)}
          aria-pressed={playing.value}
          onClick={() => play()}
        >
          <Icon name={playing.value ? 'pause' : 'play'} />
          {t(playing.value ? 'lab.pause' : 'lab.play')}
        </button>
        {narrow.value && asking.value ? (
          <button type="button" class="primary" disabled={!ready.value} onClick={lock}>
            {t('lab.lock-in')}
          </button>
        ) : (
          <button type="button" title={`${t('lab.step')} (→)`} disabled={!may.value || atEnd.value || !!halted.value} onClick={() => forward()}>
            {t('lab.step')}
            <Icon name="right" />
          </button>
        )}
        {halted.value && !narrow.value && <Halted />}
        <Until />
        <Speed />
      </div>
      <Scrubber />
      <Where />
    </footer>
  );
}

/** Why there is no next event. */
function Halted() {
  return (
    <span class="halted" role="status">
      {halted.value}
    </span>
  );
}

/** The event and the instant at which one stands. */
function Where() {
  void rev.value;
  const d = data.value;
  return (
    <div class="where mono" role="status" aria-live="off">
      {t('lab.event-of', { n: n.value, of: tip.value })}
      {d && !d.end ? '+' : ''}
      <br />
      <span class="quiet">{instant(Math.round((clock.value ?? now.value) / 1e5) * 1e5)}</span>
    </div>
  );
}

/** How fast it plays. */
function Speed() {
  return (
    <label class="chip speed">
      <span class="sr">{t('lab.speed')}</span>
      <select
        value={String(speed.value)}
        onChange={(e) => {
          speed.value = Number(e.currentTarget.value);
        }}
      >
        {speeds.map((s) => (
          <option key={s} value={String(s)}>
            × {s}
          </option>
        ))}
      </select>
    </label>
  );
}

export function start(): void {
  pause();
  clock.value = null;
  seek(0);
}

export function forward(): void {
  pause();
  void step();
}

const ends: [string, string][] = [
  ['segment', 'lab.until-segment'],
  ['timer', 'lab.until-timer'],
  ['state', 'lab.until-state'],
  ['drop', 'lab.until-drop'],
];

function Until() {
  return (
    <Menu command="until" label={busy.value ? t('lab.running') : t('lab.until')} name={t('lab.until')} disabled={!data.value || busy.value || follows.value || !!shut.value}>
      {(close) => (
        <>
          {ends.map(([c, key]) => (
            <button
              key={c}
              type="button"
              onClick={() => {
                close();
                void until(c);
              }}
            >
              {t(key)}
            </button>
          ))}
          <button
            type="button"
            onClick={() => {
              close();
              void toEnd();
            }}
          >
            {t('lab.until-end')}
          </button>
          <Condition close={close} />
          {narrow.value && (
            <>
              <button
                type="button"
                onClick={() => {
                  close();
                  start();
                }}
              >
                {t('lab.to-start')}
              </button>
              <Speed />
            </>
          )}
        </>
      )}
    </Menu>
  );
}

/** Until something that the person writes down holds. */
function Condition({ close }: { close: () => void }) {
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        if (!cond.value.trim()) return;
        close();
        void until(cond.value.trim());
      }}
    >
      <label for="until-cond">{t('lab.until-cond')}</label>
      <div class="row">
        <input
          id="until-cond"
          class="mono"
          placeholder="client.cwnd < 4"
          value={cond.value}
          spellcheck={false}
          onInput={(e) => {
            cond.value = e.currentTarget.value;
          }}
        />
        <button type="submit">{t('lab.run')}</button>
      </div>
    </form>
  );
}
