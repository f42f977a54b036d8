import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { actHere, attempt, Buttons, HostSelect, Modal, Problem } from './dialogs';
import { hello } from './store';

/** Segments that people often forge: the fields, how many, how far apart. */
const presets: [string, string, string, string][] = [
  ['rst', 'flags=R seq=1', '', ''],
  ['fin', 'flags=F. seq=1 ack=1', '', ''],
  ['flood', 'flags=S seq=0 from=10.9.0.0/16:1024-65535', '1000', '100us'],
  ['sweep', 'flags=R seq=1 stride=65535', '100', '100us'],
];

/** Any segment from any host, once or many times at a rate. */
export function Forge() {
  const hosts = hello.value?.hosts ?? [];
  const [from, setFrom] = useState(hosts[0]?.name ?? '');
  const [to, setTo] = useState(hosts[hosts.length - 1]?.name ?? '');
  const [fields, setFields] = useState('flags=R seq=1');
  const [count, setCount] = useState('');
  const [every, setEvery] = useState('');
  const [wrong, setWrong] = useState('');
  const many = count.trim() && count.trim() !== '1' ? ` count=${count.trim()} every=${every.trim() || '100us'}` : '';
  const op = `forge ${from} > ${to} ${fields.trim()}${many}`;
  return (
    <Modal title={t('lab.forge-title')}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void attempt(() => actHere(op), setWrong);
        }}
      >
        <div class="row wrap">
          {presets.map(([name, f, c, ev]) => (
            <button
              key={name}
              type="button"
              class="small"
              onClick={() => {
                setFields(name === 'flood' ? `${f} to=${to}:80` : f);
                setCount(c);
                setEvery(ev);
              }}
            >
              {t(`lab.forge-${name}`)}
            </button>
          ))}
        </div>
        <div class="fields">
          <label>
            {t('lab.forge-from')}
            <HostSelect value={from} set={setFrom} />
          </label>
          <label>
            {t('lab.forge-to')}
            <HostSelect value={to} set={setTo} />
          </label>
        </div>
        <label class="block">
          {t('lab.forge-fields')}
          <input class="mono" value={fields} spellcheck={false} onInput={(e) => setFields(e.currentTarget.value)} />
        </label>
        <div class="fields">
          <label>
            {t('lab.forge-count')}
            <input class="mono" inputMode="numeric" placeholder="1" value={count} spellcheck={false} onInput={(e) => setCount(e.currentTarget.value)} />
          </label>
          <label>
            {t('lab.forge-every')}
            <input class="mono" placeholder="100us" value={every} spellcheck={false} onInput={(e) => setEvery(e.currentTarget.value)} />
          </label>
        </div>
        <p class="ref">{t('lab.forge-lead')}</p>
        <pre class="mono">{op}</pre>
        <Problem text={wrong} />
        <Buttons ok={t('lab.forge-do')} />
      </form>
    </Modal>
  );
}
