import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import type { Way as Found, Ways } from '../../proto';
import { follows } from '../share/state';
import { atEnd, hello, n } from '../state';
import { close, Modal, Problem } from '../ui/Modal';
import { cond, found, kinds, look, looking, most, playWay, settings, start, stop, way, wrong } from './run';
import { targets } from './targets';

const all = ['drop', 'delay', 'dup', 'hold', 'call'];

/** Looks for the fewest moves that lead to something. */
export function Way() {
  useEffect(() => {
    if (atEnd.peek() || n.peek() === 0) start.value = 'begin';
    return stop;
  }, []);
  const hosts = (hello.value?.hosts ?? []).filter((h) => !h.kind).map((h) => h.name);
  return (
    <Modal title={t('way.title')}>
      <form
        class="way"
        onSubmit={(e) => {
          e.preventDefault();
          void (looking.peek() ? stop() : look());
        }}
      >
        <p class="ref">{t('way.lead')}</p>
        <TargetFields hosts={hosts} />
        <MoveFields hosts={hosts} />
        <Problem text={wrong.value} />
        <div class="row end">
          <button type="button" onClick={close}>
            {t('lab.close')}
          </button>
          <button type="submit" class="primary" disabled={!looking.value && (!cond.value.trim() || !(kinds.value.length || settings.value.trim()))}>
            {t(looking.value ? 'way.stop' : 'way.look')}
          </button>
        </div>
      </form>
      <div role="status" class="way-status">
        {found.value && <Status w={found.value} />}
      </div>
      {found.value?.done && (
        <ol class="ways">
          {found.value.groups.map((g) => (
            <Group key={g.first.ops.join()} g={g} />
          ))}
        </ol>
      )}
    </Modal>
  );
}

/** What to come to: chosen from a list, or typed. */
function TargetFields({ hosts }: { hosts: string[] }) {
  const list = targets(hosts);
  const known = list.some(([, l]) => l.some((x) => x.cond === cond.value));
  return (
    <>
      <label>
        {t('way.target')}
        <select
          value={known ? cond.value : ''}
          onChange={(e) => {
            cond.value = e.currentTarget.value;
          }}
        >
          <option value="">{t('way.own')}</option>
          {list.map(([k, l]) => (
            <optgroup key={k} label={t(`way.g-${k}`)}>
              {l.map((x) => (
                <option key={x.cond} value={x.cond}>
                  {x.says}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <label>
        {t('way.cond')}
        <input
          class="mono"
          value={cond.value}
          spellcheck={false}
          onInput={(e) => {
            cond.value = e.currentTarget.value;
          }}
        />
      </label>
    </>
  );
}

/** What may be done. */
function MoveFields({ hosts }: { hosts: string[] }) {
  const pairs = hosts.flatMap((a) => hosts.filter((b) => b !== a).map((b): [string, string] => [`${a}->${b}`, `${a} → ${b}`]));
  return (
    <>
      <fieldset class="way-kinds">
        <legend>{t('way.moves')}</legend>
        {all.map((k) => (
          <label key={k}>
            <input
              type="checkbox"
              checked={kinds.value.includes(k)}
              onChange={(e) => {
                kinds.value = all.filter((x) => (x === k ? e.currentTarget.checked : kinds.value.includes(x)));
              }}
            />
            {t(`way.k-${k}`)}
          </label>
        ))}
      </fieldset>
      <div class="way-fields">
        <Choice name="segments" of={way} list={[['', t('way.every')], ...pairs]} />
        <Choice name="most" of={most} list={['1', '2', '3'].map((k) => [k, k])} />
        <Choice
          name="from"
          of={start}
          list={[
            ['begin', t('way.begin')],
            ['here', t('way.here', { n: n.value })],
          ]}
        />
      </div>
      <details>
        <summary>{t('way.settings')}</summary>
        <label>
          {t('way.settings-lead')}
          <textarea
            class="mono"
            rows={2}
            spellcheck={false}
            placeholder="server net.ipv4.tcp_syncookies = 0"
            value={settings.value}
            onInput={(e) => {
              settings.value = e.currentTarget.value;
            }}
          />
        </label>
      </details>
    </>
  );
}

function Choice({ name, of, list }: { name: string; of: Signal<string>; list: [string, string][] }) {
  return (
    <label>
      {t(`way.${name}`)}
      <select
        value={of.value}
        onChange={(e) => {
          of.value = e.currentTarget.value;
        }}
      >
        {list.map(([value, says]) => (
          <option key={value} value={value}>
            {says}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How far the search is, or what came of it. */
function Status({ w }: { w: Ways }) {
  const so = { futures: w.futures, events: w.events, moves: w.moves };
  if (!w.done) return <p class="ref">{t(looking.value ? 'way.looking' : 'way.stopped', so)}</p>;
  const depth = w.groups.length ? w.groups[0].first.ops.length : 0;
  return (
    <>
      <p>
        <b>{w.groups.length ? t('way.found', { n: w.groups.length, moves: depth }) : w.proved > 0 ? t('way.none', { moves: w.proved }) : t('way.unknown')}</b>
      </p>
      <p class="ref">
        {t('way.tried', so)} {w.cut > 0 && t('way.cut', { n: w.cut })} {w.more && t('way.more')}
      </p>
    </>
  );
}

function Group({ g }: { g: Found }) {
  const ops = g.first.ops;
  return (
    <li>
      <div class="what">
        {ops.length === 0 && <span>{t('way.nothing')}</span>}
        {ops.map((op) => (
          <code key={op}>{op}</code>
        ))}
        <span class="ref">{t('way.reached', { at: instant(g.first.at) })}</span>
        {g.alike > 1 && (
          <details>
            <summary>{t('way.alike', { n: g.alike - 1 })}</summary>
            <ul>
              {g.also.map((x) => (
                <li key={x}>
                  <code>{x}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <button type="button" class="small" disabled={follows.value} onClick={() => void playWay(g.first)} aria-label={`${t('way.play')}: ${ops.join('; ') || t('way.nothing')}`}>
        {t('way.play')}
      </button>
    </li>
  );
}
