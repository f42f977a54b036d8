import { duration } from '../../diagram/time';
import { t } from '../../i18n';
import { act } from '../act';
import { data, n, rev } from '../after';
import { Spans } from '../lesson/text';
import { follows } from '../share/state';
import { asking, busy } from '../state';
import { seek } from '../sync';
import { keyOf } from '../toolbar/keytable';
import { Icon } from '../ui/Icon';
import type { Act } from './acts';
import { spell } from './spell';
import { acts, leaveOut, makeAgain, redo, undo } from './state';

/** Every act on this branch, each with its switch, and the rules that wait. */
export function MovesMade({ title }: { title: string }) {
  void rev.value;
  const list = acts();
  const held = busy.value || follows.value || asking.value;
  return (
    <section class="moves-made" aria-label={title}>
      <div class="left-head">
        <h3>{title}</h3>
        {list.some((a) => !a.on) && (
          <button type="button" class="small" disabled={held} onClick={redo}>
            {t('left.redo')} <kbd>⇧{keyOf('undo')}</kbd>
          </button>
        )}
        <button type="button" class="small" disabled={held || !list.some((a) => a.on)} onClick={undo}>
          {t('left.undo')} <kbd>{keyOf('undo')}</kbd>
        </button>
      </div>
      {list.length === 0 && <p class="ref none">{t('left.none')}</p>}
      {list.length > 0 && (
        <ol class="acts">
          {list.map((a) => (
            <Row key={a.key} a={a} held={held} />
          ))}
        </ol>
      )}
      <Rules held={held} />
    </section>
  );
}

function Row({ a, held }: { a: Act; held: boolean }) {
  const words = a.steps.map((x) => spell(x.op));
  const plain = words.map((w) => w.map((s) => s.t ?? s.code ?? s.kind ?? '').join('')).join('; ');
  const later = a.on && a.steps[0].n > n.value;
  return (
    <li class={`${a.on ? '' : 'off'}${later ? ' later' : ''}`}>
      <label>
        <input
          type="checkbox"
          checked={a.on}
          disabled={held}
          aria-label={`${plain}: ${t(a.on ? 'left.on' : 'left.off')}`}
          title={t(a.on ? 'left.on' : 'left.off')}
          onClick={(e) => {
            e.preventDefault(); // it shows what is, once that is so
            void (a.on ? leaveOut(a) : makeAgain(a));
          }}
        />
      </label>
      <span class="what">
        {words.map((w, i) => (
          <span key={i} class="one">
            <Spans list={w} />
          </span>
        ))}
      </span>
      {a.on ? (
        <button type="button" class="link mono" onClick={() => seek(a.steps[a.steps.length - 1].n)}>
          {duration(a.at)}
        </button>
      ) : (
        <span class="mono quiet">{duration(a.at)}</span>
      )}
    </li>
  );
}

/** Rules for segments to come, each to be taken back from now on. */
function Rules({ held }: { held: boolean }) {
  void n.value;
  const list = data.value?.state.rules ?? [];
  if (!list.length) return null;
  return (
    <>
      <h3>{t('left.standing')}</h3>
      <ul class="acts rules">
        {list.map((r) => (
          <li key={r.n}>
            <span class="what mono">{r.text}</span>
            <span class="quiet">{t('lab.hits', { n: r.hits })}</span>
            <button
              type="button"
              class="link"
              disabled={held}
              aria-label={t('lab.forget', { rule: r.text })}
              title={t('lab.forget', { rule: r.text })}
              onClick={() => act(`forget rule ${r.n}`)}
            >
              <Icon name="x" />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
