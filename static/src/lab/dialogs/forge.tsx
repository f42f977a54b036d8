import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { actHere } from '../act';
import { hello } from '../state';
import { Field } from '../ui/Field';
import { attempt, Buttons, HostSelect, Modal, Problem } from '../ui/Modal';

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
        <Field block label={t('lab.forge-fields')} value={fields} set={setFields} />
        <div class="fields">
          <Field label={t('lab.forge-count')} value={count} set={setCount} hint="1" number />
          <Field label={t('lab.forge-every')} value={every} set={setEvery} hint="100us" />
        </div>
        <p class="ref">{t('lab.forge-lead')}</p>
        <pre class="mono">{op}</pre>
        <Problem text={wrong} />
        <Buttons ok={t('lab.forge-do')} />
      </form>
    </Modal>
  );
}
