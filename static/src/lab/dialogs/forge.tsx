import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Frame } from '../../proto';
import { actHere } from '../act';
import { rules } from '../rules';
import { clock, data, hello, schemas } from '../state';
import { Refused } from '../stream';
import { ask } from '../sync';
import { Field } from '../ui/Field';
import { attempt, Buttons, Modal, Problem } from '../ui/Modal';
import { fieldsOf, forgeOp, judged, offered, type Place, type Preset, places, type Target, targets } from './forging';

const counts: Partial<Record<Preset, [string, string]>> = { flood: ['1000', '100us'], sweep: ['100', '100us'] };

/** A segment that nobody has sent: for which socket, from where, with which numbers; and what becomes of it. */
export function Forge() {
  const hosts = hello.value?.hosts ?? [];
  const d = data.value;
  const all = d ? targets(d, schemas.value) : [];
  const [id, setId] = useState(all[0]?.id ?? 0);
  const x = all.find((y) => y.id === id) ?? all[0];
  const where = x ? places(x, hosts) : [];
  const [key, setKey] = useState<string | null>(null);
  const place = where.find((p) => p.key === key) ?? where.find((p) => p.peer) ?? where[0];
  const [preset, setPreset] = useState<Preset | null>(x?.remote ? 'rst' : 'syn');
  const [fields, setFields] = useState(x ? fieldsOf(x.remote ? 'rst' : 'syn', x, false) : '');
  const [count, setCount] = useState('');
  const [every, setEvery] = useState('');
  const [wrong, setWrong] = useState('');
  if (!x || !place) return <Nobody />;
  const fill = (p: Preset, y: Target, blind: boolean) => {
    const use = offered(y).includes(p) ? p : offered(y)[0];
    setPreset(use);
    setFields(fieldsOf(use, y, blind));
    setCount(counts[use]?.[0] ?? '');
    setEvery(counts[use]?.[1] ?? '');
  };
  const many = count.trim() && count.trim() !== '1' ? ` count=${count.trim()} every=${every.trim() || '100us'}` : '';
  const op = forgeOp(place, x, hosts, fields, many);
  return (
    <Modal title={t('lab.forge-title')}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void attempt(() => actHere(op), setWrong);
        }}
      >
        <Ends
          x={x}
          place={place}
          all={all}
          setTarget={(y) => {
            setId(y.id);
            fill(preset ?? 'rst', y, place.blind);
          }}
          setPlace={(p) => {
            setKey(p.key);
            if (preset && p.blind !== place.blind) fill(preset, x, p.blind);
          }}
        />
        <Presets x={x} now={preset} fill={(p) => fill(p, x, place.blind)} />
        <Field
          block
          label={t('lab.forge-fields')}
          value={fields}
          set={(v) => {
            setFields(v);
            setPreset(null);
          }}
        />
        <div class="fields">
          <Field label={t('lab.forge-count')} value={count} set={setCount} hint="1" number />
          <Field label={t('lab.forge-every')} value={every} set={setEvery} hint="100us" />
        </div>
        <p class="ref">{t('lab.forge-lead')}</p>
        <pre class="mono">{op}</pre>
        <Forecast op={op} host={hosts[x.host]?.name ?? ''} />
        <Problem text={wrong} />
        <Buttons ok={t('lab.forge-do')} />
      </form>
    </Modal>
  );
}

function Nobody() {
  return (
    <Modal title={t('lab.forge-title')}>
      <p>{t('forge.nobody')}</p>
      <Buttons ok={t('lab.forge-do')} off />
    </Modal>
  );
}

function Presets({ x, now, fill }: { x: Target; now: Preset | null; fill: (p: Preset) => void }) {
  return (
    <div class="row wrap" role="group" aria-label={t('forge.presets')}>
      {offered(x).map((p) => (
        <button key={p} type="button" class="small" aria-pressed={now === p} onClick={() => fill(p)}>
          {t(`forge.p-${p}`)}
        </button>
      ))}
    </div>
  );
}

interface EndsProps {
  x: Target;
  place: Place;
  all: Target[];
  setTarget: (x: Target) => void;
  setPlace: (p: Place) => void;
}

/** For which socket, and from where. */
function Ends({ x, place, all, setTarget, setPlace }: EndsProps) {
  const hosts = hello.value?.hosts ?? [];
  const where = places(x, hosts);
  return (
    <>
      <label class="block">
        {t('forge.for')}
        <select value={String(x.id)} onChange={(e) => setTarget(all.find((z) => z.id === Number(e.currentTarget.value)) ?? x)}>
          {all.map((y) => (
            <option key={y.id} value={String(y.id)}>
              {`${hosts[y.host]?.name}: ${y.local}${y.remote ? ` ← ${y.remote}` : ''} ${y.state}`}
            </option>
          ))}
        </select>
      </label>
      <label class="block">
        {t('forge.place')}
        <select value={place.key} onChange={(e) => setPlace(where.find((q) => q.key === e.currentTarget.value) ?? place)}>
          {where.map((p) => (
            <option key={p.key} value={p.key}>
              {p.blind ? t('forge.off-path') : t(p.peer ? 'forge.at-peer' : 'forge.at', { host: p.host })}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

/** What the receiver will make of it, run ahead on a fork. */
function Forecast({ op, host }: { op: string; host: string }) {
  const [got, setGot] = useState<{ op: string; frame?: Frame; wrong?: string } | null>(null);
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(async () => {
      try {
        const done = await ask({ t: 'forecast', branch: data.peek()?.id, op, ...(clock.peek() !== null ? { at: Math.round(clock.peek() ?? 0) } : {}) });
        if (!stale) setGot({ op, frame: done.ahead?.[0] });
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        if (!stale) setGot({ op, wrong: e.message });
      }
    }, 250);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [op]);
  const here = got?.op === op ? got : null;
  const j = here?.frame ? judged(here.frame, schemas.peek()) : null;
  const says = rules.value[j?.rule ?? '']?.says ?? '';
  return (
    <div class="forecast" aria-live="polite">
      <h3>{t('forge.ahead', { host })}</h3>
      {!here && <p class="ref">{t('inspect.running')}</p>}
      {here?.wrong && <p class="wrong">{here.wrong}</p>}
      {here && !here.wrong && !j && <p>{t('forge.never')}</p>}
      {j && (
        <p>
          <b>{t(j.dropped ? 'forge.dropped' : 'forge.taken')}</b> {says} {j.answers.length > 0 && <span class="quiet">{t('forge.answers', { kinds: j.answers.join(', ') })}</span>}
        </p>
      )}
    </div>
  );
}
