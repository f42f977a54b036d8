import { t } from '../../../i18n';
import { choose } from '../../act';
import { data, n } from '../../after';
import { atEnd, staged, tab } from '../../state';
import { Icon } from '../../ui/Icon';
import { Value } from '../../ui/Value';
import { sysctlRef } from '../causes/number';
import { draft, keepFromNow, last, preview, refused, replayStaged, working } from './draft';
import { type Setting, setBy, short } from './facts';

/** A setting of a host as it stands. */
export interface Shown {
  s: Setting;
  key: string; // "host name"
  host: number;
  now: string;
  initial: string; // its default on this host's kernel
  changed: boolean;
  here: boolean; // a rule that reads it has run
}

export function Row({ r }: { r: Shown }) {
  const { s } = r;
  const id = `sys-${r.key.replace(/[ .]/g, '-')}`;
  const wrong = refused.value[r.key];
  const value = wrong?.value ?? staged.value[r.key] ?? r.now;
  const by = r.now !== r.initial ? setBy(data.value ?? never(), r.host, s.name, n.value) : 0;
  return (
    <div class={`setting${r.key in staged.value ? ' edited' : ''}`}>
      <div class="setting-top">
        <label for={id} class="mono" title={s.name}>
          {short(s.name)}
        </label>
        {s.readOnly ? (
          <>
            <span class="ref">{t('inspect.read-only')}</span>
            <output id={id} class="mono fixed">
              {r.now || '""'}
            </output>
          </>
        ) : (
          <>
            {(value !== r.initial || wrong) && r.initial !== '-' && (
              <button
                type="button"
                class="small"
                title={t('inspect.reset', { value: r.initial })}
                aria-label={t('inspect.reset-of', { name: short(s.name), value: r.initial })}
                onClick={() => draft(s, r.key, r.initial, r.now)}
              >
                ↺
              </button>
            )}
            <Input id={id} r={r} value={value} wrong={!!wrong} />
          </>
        )}
      </div>
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {wrong.why} {t('inspect.stays', { value: r.now })}
        </p>
      )}
      <p class="about">{s.about}</p>
      <p class="ref facts" id={`${id}-facts`}>
        {r.now !== '-' && (
          <span>
            <Value of={sysctlRef(r.host, s.name)} name={short(s.name)} text={r.now || '""'} />
          </span>
        )}
        {facts(r).map((f, i) => (
          <span key={i}>{f}</span>
        ))}
        {by > 0 && (
          <button type="button" class="link" onClick={() => show(by)}>
            {t('inspect.set-by', { event: by })}
          </button>
        )}
      </p>
      {last.value === r.key && r.key in staged.value && <Ahead r={r} />}
    </div>
  );
}

function never(): never {
  throw new Error('a setting without a branch');
}

function show(k: number): void {
  choose({ key: `e${k}`, n: k });
  tab.value = 'why';
}

/** Default, range, unit, scope, and from when on: what is needed to choose a value. */
function facts({ s, now, initial }: Shown) {
  const range = s.choices ? s.choices.join(' · ') : s.low !== undefined ? t('inspect.range', { low: s.low, high: s.high ?? 0 }) : '';
  const was = initial === '-' ? t('inspect.not-there') : now === initial ? t('inspect.default') : t('inspect.default-is', { value: initial || '""' });
  return [was, range, s.unit, s.scope, s.effect, s.modelled || s.readOnly ? '' : t('inspect.no-effect')].filter(Boolean);
}

function Input({ id, r, value, wrong }: { id: string; r: Shown; value: string; wrong: boolean }) {
  const { s } = r;
  if (s.choices) {
    return (
      <select id={id} class="mono" value={value} aria-describedby={`${id}-facts`} onChange={(e) => draft(s, r.key, e.currentTarget.value, r.now)}>
        {s.choices.map((c) => (
          <option key={c}>{c}</option>
        ))}
      </select>
    );
  }
  return (
    <input
      id={id}
      class="mono"
      value={value}
      size={Math.max(5, Math.min(18, value.length + 1))}
      spellcheck={false}
      autocomplete="off"
      aria-invalid={wrong ? 'true' : undefined}
      aria-describedby={wrong ? `${id}-wrong ${id}-facts` : `${id}-facts`}
      onInput={(e) => draft(s, r.key, e.currentTarget.value, r.now)}
      onKeyDown={(e) => {
        if (e.isComposing) return;
        // At the end of a run nothing would come of it now: there it is tried from the start.
        if (e.key === 'Enter' && r.key in staged.peek()) void (atEnd.peek() ? replayStaged() : keepFromNow());
        if (e.key === 'Escape') {
          e.stopPropagation();
          draft(s, r.key, r.now, r.now);
        }
      }}
    />
  );
}

/** What would change, run ahead, and the two ways to do it. */
function Ahead({ r }: { r: Shown }) {
  const p = preview.value;
  const others = Object.entries(staged.value).filter(([k]) => k !== r.key);
  return (
    <div class="ahead" role="group" aria-label={t('inspect.ahead')}>
      <h4>
        {t('inspect.ahead')} <span class="quiet">{t('inspect.run-ahead')}</span>
      </h4>
      {others.length > 0 && (
        <ul class="with">
          {others.map(([k, v]) => (
            <li key={k} class="mono">
              {short(k.split(' ')[1])} = {v}
              <button
                type="button"
                class="link"
                aria-label={t('inspect.leave-out', { name: short(k.split(' ')[1]) })}
                onClick={() => {
                  const { [k]: _, ...rest } = staged.peek();
                  staged.value = rest;
                  draft(r.s, r.key, staged.peek()[r.key] ?? r.now, r.now);
                }}
              >
                <Icon name="x" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div aria-live="polite">
        {p.state === 'waiting' && <p class="ref">{t('inspect.running')}</p>}
        {p.state === 'late' && <p class="ref">{t('inspect.late')}</p>}
        {p.state === 'here' && (
          <>
            <p class="ahead-verdict">{p.compared.verdict}</p>
            {p.compared.rows.length > 0 && (
              <table>
                <thead>
                  <tr>
                    <td />
                    <th scope="col">{r.now || '""'}</th>
                    <th scope="col">{staged.value[r.key]}</th>
                  </tr>
                </thead>
                <tbody>
                  {p.compared.rows.map((row) => (
                    <tr key={row.label}>
                      <th scope="row">{row.label}</th>
                      <td>{row.values[0]?.text}</td>
                      <td class="chg">{row.values[1]?.text}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </>
        )}
      </div>
      <div class="row wrap">
        <button type="button" class={atEnd.value ? 'primary' : ''} disabled={working.value} onClick={replayStaged}>
          {t('inspect.replay')}
        </button>
        <button type="button" class={atEnd.value ? '' : 'primary'} disabled={working.value} onClick={keepFromNow}>
          {t('inspect.keep')}
        </button>
      </div>
    </div>
  );
}
