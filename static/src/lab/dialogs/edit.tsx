import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import { actHere } from '../act';
import { chosen, data, n } from '../state';
import { pause, seek } from '../sync';
import { Field } from '../ui/Field';
import { attempt, Buttons, Modal, Problem } from '../ui/Modal';

/** A segment's header, to be written anew. */
export function Edit() {
  const id = chosen.value?.packet ?? 0;
  const tr = data.value?.history.byPacket.get(id);
  const p = tr?.packet;
  const first = { flags: p?.flags ?? '', seq: String(p?.seq ?? 0), ack: String(p?.ack ?? 0), win: String(p?.win ?? 0) };
  const [v, set] = useState<Record<string, string>>(first);
  const [more, setMore] = useState('');
  const [wrong, setWrong] = useState('');
  if (!p) return null;
  const changed = Object.entries(v).filter(([k, x]) => x.trim() !== (first as Record<string, string>)[k]);
  const op = `edit packet ${id} ${[...changed.map(([k, x]) => `${k}=${x.trim()}`), more.trim()].filter(Boolean).join(' ')}`;
  return (
    <Modal title={t('lab.edit-title', { segment: p.kind })}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void attempt(async () => {
            pause();
            const gone = tr.turns.some((x) => (x.what === 'delivered' || x.what === 'lost') && x.n <= n.peek());
            if (gone || tr.n > n.peek()) seek(tr.n);
            await actHere(op);
          }, setWrong);
        }}
      >
        <div class="fields">
          {Object.keys(first).map((k) => (
            <Field key={k} label={<span class="mono">{k}</span>} value={v[k]} set={(x) => set({ ...v, [k]: x })} />
          ))}
        </div>
        <Field block label={t('lab.edit-more')} value={more} set={setMore} hint="mss=536 wscale=none payload=&quot;x&quot;" />
        <p class="ref">{t('lab.edit-lead')}</p>
        <pre class="mono">{op}</pre>
        <Problem text={wrong} />
        <Buttons ok={t('lab.edit-do')} off={!changed.length && !more.trim()} />
      </form>
    </Modal>
  );
}
