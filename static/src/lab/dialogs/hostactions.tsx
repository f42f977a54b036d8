import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { actHere } from '../act';
import { data, dialogHost, hello, schemas } from '../state';
import { attempt, close, HostSelect, Modal, Problem } from '../ui/Modal';

const offload: [string, string][] = [
  ['on', ''],
  ['eight', ' segs 8'],
  ['off', ' off'],
];

/** How many segments a host's interface takes as one packet. */
function segments(i: number): number {
  for (const s of data.value?.state.subjects.values() ?? []) if (s.schema === 'host' && s.host === i) return schemas.value.value(s, 'GSOSegs') ?? 1;
  return 1;
}

/** What befalls whole hosts and cables: power, processes, plugs. */
export function HostActions() {
  const hosts = hello.value?.hosts ?? [];
  const links = hello.value?.links ?? [];
  const i = Math.min(dialogHost.value, hosts.length - 1);
  const host = hosts[i];
  const [wrong, setWrong] = useState('');
  if (!host) return null;
  const run = (op: string) => void attempt(() => actHere(op), setWrong);
  const ends = [...new Set(links.filter((l) => l.from === i).map((l) => hosts[l.to]?.name ?? ''))];
  const power: [string, string][] = [
    ['reboot', `reboot ${host.name}`],
    ['poweroff', `poweroff ${host.name}`],
    ['poweron', `poweron ${host.name}`],
  ];
  const list: [string, string][] = [
    ...(host.kind ? [] : power.map(([k, op]): [string, string] => [t(`lab.host-${k}`), op])),
    ...(host.procs ?? []).map((p, k): [string, string] => [t('lab.host-kill', { name: p }), `call ${host.name}${k ? ` ${p}` : ''}: kill()`]),
    ...(host.kind ? [] : offload.map(([k, rest]): [string, string] => [t(`host.offload-${k}`), `offload ${host.name}${rest}`])),
    ...ends.map((e): [string, string] => [t('lab.host-unplug', { name: e }), `unplug ${host.name} ${e}`]),
    ...ends.map((e): [string, string] => [t('lab.host-plug', { name: e }), `plug ${host.name} ${e}`]),
  ];
  return (
    <Modal title={t('lab.host-title')}>
      <label>
        {t('lab.host')}
        <HostSelect
          value={host.name}
          set={(name) => {
            dialogHost.value = hosts.findIndex((h) => h.name === name);
            setWrong('');
          }}
        />
      </label>
      <ul class="host-actions">
        {list.map(([text, op]) => (
          <li key={op}>
            <button type="button" onClick={() => run(op)}>
              <span>{text}</span> <code>{op}</code>
            </button>
          </li>
        ))}
      </ul>
      <p class="ref">
        {t('lab.host-lead')} {!host.kind && (segments(i) > 1 ? t('host.offload-now', { n: segments(i) }) : t('host.offload-one'))}
      </p>
      <Problem text={wrong} />
      <div class="row end">
        <button type="button" onClick={close}>
          {t('lab.cancel')}
        </button>
      </div>
    </Modal>
  );
}
