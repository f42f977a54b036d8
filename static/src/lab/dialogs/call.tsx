import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { actHere } from '../act';
import { dialogHost, hello } from '../state';
import { Field } from '../ui/Field';
import { attempt, Buttons, Modal, Problem } from '../ui/Modal';

/** A system call that a program of a host makes now. */
export function Call() {
  const hosts = hello.value?.hosts ?? [];
  const host = hosts[dialogHost.value];
  const [text, setText] = useState('write(c, 100)');
  const [wrong, setWrong] = useState('');
  const run = (call: string) => void attempt(() => actHere(`call ${host?.name}: ${call}`), setWrong);
  return (
    <Modal title={t('lab.call-title', { host: host?.name ?? '' })}>
      <fieldset class="dial">
        <legend class="sr">{t('lab.host')}</legend>
        {hosts.map((h, i) => (
          <label key={h.name} class={i === dialogHost.value ? 'on' : ''}>
            <input
              type="radio"
              class="sr"
              name="call-host"
              checked={i === dialogHost.value}
              onChange={() => {
                dialogHost.value = i;
              }}
            />
            {h.name}
          </label>
        ))}
      </fieldset>
      <div class="row wrap">
        {['write(c, 100)', 'read(c, 1000)', 'shutdown(c, SHUT_WR)', 'close(c)'].map((c) => (
          <button key={c} type="button" class="mono" onClick={() => run(c)}>
            {c}
          </button>
        ))}
      </div>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          run(text.trim());
        }}
      >
        <Field block label={t('lab.call-any')} value={text} set={setText} />
        <Problem text={wrong} />
        <Buttons ok={t('lab.call-do')} />
      </form>
    </Modal>
  );
}
