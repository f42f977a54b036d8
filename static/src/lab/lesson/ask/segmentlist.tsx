import { useSignalEffect } from '@preact/signals';
import { instant } from '../../../diagram/time';
import { kindName } from '../../../diagram/words';
import { t } from '../../../i18n';
import { choose } from '../../act';
import { chosen, data, hello, n, rev } from '../../state';
import { there } from '../steer';
import { guess } from './guess';

const MOST = 40;

/**
 * A segment to be clicked in the diagram; the same as a list, for keys and thumbs.
 * Where the diagram is not shown, the list says what a capture says of a segment,
 * and not what became of it.
 */
export function SegmentList() {
  void rev.value;
  useSignalEffect(() => {
    const p = chosen.value?.packet;
    if (p) guess.value = String(p);
  });
  const hosts = hello.value?.hosts ?? [];
  const drawn = there('diagram');
  const list = (data.value?.history.tracks ?? []).filter((x) => x.n <= n.value).slice(-MOST);
  return (
    <fieldset class="segments">
      <legend class="ref">{t(drawn ? 'lesson.click-segment' : 'lesson.choose-segment')}</legend>
      {list.map((x) => {
        const p = x.packet;
        const lost = x.turns.some((y) => y.what === 'lost' && y.n <= n.value);
        return (
          <label key={p.id} class={`opt${guess.value === String(p.id) ? ' sel' : ''}`}>
            <input type="radio" name="segment" checked={guess.value === String(p.id)} onChange={() => choose({ key: `p${p.id}`, n: x.n, packet: p.id })} />
            <span>
              <b class={`kind k-${p.kind.toLowerCase()}`}>{kindName(p)}</b>{' '}
              <span class="mono">
                {hosts[p.from]?.name} → {hosts[p.to]?.name}, {instant(p.sent)}
                {!drawn && ` seq=${p.seq} ack=${p.ack}`}
              </span>
              {lost && drawn && ' ✕'}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
