import { useEffect, useState } from 'preact/hooks';
import { t } from '../../../i18n';
import type { Header, HeaderField } from '../../../proto';
import { actAt, actHere } from '../../act';
import { Refused } from '../../stream';
import { bitsOf, editName, editValue, fieldName, fieldValue, hexOf } from './words';

/** One field: what it says relatively, absolutely and on the wire, and a way to change it. */
export function Detail({ h, f, from, gone, step }: { h: Header; f: HeaderField; from: number; gone: number; step: (by: number) => void }) {
  const first = (f.at >> 3) - from;
  const end = ((f.at + f.bits + 7) >> 3) - from - 1;
  const about = t(`header.about-${f.name}`);
  return (
    <section class="field-detail" aria-label={fieldName(f)}>
      <h3>
        {fieldName(f)} · {first === end ? t('header.byte', { n: first }) : t('header.byte-range', { from: first, to: end })}
        <span class="sp" />
        <button type="button" class="small" aria-label={t('header.previous')} onClick={() => step(-1)}>
          ←
        </button>
        <button type="button" class="small" aria-label={t('header.next')} onClick={() => step(1)}>
          →
        </button>
      </h3>
      <dl class="kv mono">
        {f.rel !== undefined && <Line name={t('header.relative')} value={String(f.rel)} strong />}
        {f.bits <= 53 && f.part !== 'data' && <Line name={f.rel !== undefined ? t('header.absolute') : t('header.number')} value={String(f.value)} strong={f.rel === undefined} />}
        {f.bits <= 128 && <Line name={t('header.on-wire')} value={f.bits % 8 || f.at % 8 ? bitsOf(h, f) : hexOf(h, f)} />}
        {fieldValue(h, f) && fieldValue(h, f) !== String(f.rel ?? f.value) && <Line name={t('header.means')} value={fieldValue(h, f)} />}
        {f.rel !== undefined && <Line name={f.name === 'seq' ? t('header.isn-own') : t('header.isn-peer')} value={String((((f.value - f.rel) % 2 ** 32) + 2 ** 32) % 2 ** 32)} />}
      </dl>
      {about !== `header.about-${f.name}` && <p>{about}</p>}
      {f.wrong && <p class="wrong">{t(`header.wrong-${f.wrong}`)}</p>}
      {editName(f) && <Change h={h} f={f} gone={gone} />}
    </section>
  );
}

function Line({ name, value, strong }: { name: string; value: string; strong?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{strong ? <b>{value}</b> : value}</dd>
    </div>
  );
}

/** Edit in place: before the segment arrives, else on a branch from when it was sent. */
function Change({ h, f, gone }: { h: Header; f: HeaderField; gone: number }) {
  const now = editValue(f);
  const [v, set] = useState(now);
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    set(now);
    setWrong('');
  }, [h.packet, f.at, now]);
  const run = async () => {
    const op = `edit packet ${h.packet} ${editName(f)}=${v.trim()}`;
    try {
      if (gone) await actAt(gone, op);
      else await actHere(op);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      setWrong(e.message);
    }
  };
  return (
    <form
      class="change"
      onSubmit={(e) => {
        e.preventDefault();
        void run();
      }}
    >
      <label>
        {t('header.change-to')}
        <input class="mono" value={v} size={12} spellcheck={false} autocomplete="off" onInput={(e) => set(e.currentTarget.value)} />
      </label>
      <button type="submit" class="small" disabled={v.trim() === now || !v.trim()}>
        {t('header.change')}
      </button>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}
