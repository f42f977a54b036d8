import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { actHere } from '../act';
import { dialogHost, hello } from '../state';
import { attempt, close, HostSelect, Modal, Problem } from '../ui/Modal';

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
      <p class="ref">{t('lab.host-lead')}</p>
      <Problem text={wrong} />
      <div class="row end">
        <button type="button" onClick={close}>
          {t('lab.cancel')}
        </button>
      </div>
    </Modal>
  );
}
