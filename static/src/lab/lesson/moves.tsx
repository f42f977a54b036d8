import { t } from '../../i18n';
import type { Track } from '../../model/history';
import { act, actAt, choose, replay } from '../act';
import { narrow } from '../phone/narrow';
import { bar, busy, clock, data, hello, lesson, n, now, rev } from '../state';
import { seek } from '../sync';
import { Icon } from '../ui/Icon';
import type { Move, Target } from './doc';
import { Blocks } from './text';

/** The segment that a move means, on the branch as it is. */
function target(x: Target): Track | undefined {
  const d = data.peek();
  if (!d) return undefined;
  const host = x.from;
  const i = host === undefined ? -1 : hostIndex(host);
  const fits = d.history.tracks
    .filter((tr) => (x.kind === 'segment' || tr.packet.kind === x.kind) && (i < 0 || tr.packet.from === i) && !tr.packet.copyOf)
    .sort((a, b) => a.packet.id - b.packet.id);
  return fits[x.nth - 1];
}

function hostIndex(name: string): number {
  return (hello.peek()?.hosts ?? []).findIndex((h) => h.name === name);
}

/** What a step asks the reader to do. */
export function Moves({ list, done }: { list: Move[]; done: boolean }) {
  void rev.value;
  void n.value;
  return (
    <div class="card do">
      <h3>{t('lab.do')}</h3>
      {list.map((m, i) => {
        const hit = m.target && target(m.target);
        return (
          <div class="move" key={i}>
            <Blocks list={m.text} />
            <div class="row">
              {hit && (
                <button type="button" class="small" onClick={() => point(hit)}>
                  {t('lab.point')}
                </button>
              )}
              {made(i) && (
                <span class="made">
                  <Icon name="check" /> {t('lab.made')}
                </span>
              )}
              {(m.act || m.replay) && !done && !made(i) && (
                <button type="button" class="small" disabled={busy.value || (!!m.target && !hit)} onClick={() => perform(m)}>
                  {t('lab.do-it')}
                </button>
              )}
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** Whether the move at this place of the step was made on this branch, by whoever and however it was spelt. */
export const made = (i: number): boolean => !!lesson.value?.made?.includes(i + 1);

function point(tr: Track): void {
  if (tr.n > n.peek()) seek(tr.n);
  choose({ key: `p${tr.packet.id}`, n: tr.n, packet: tr.packet.id });
  if (narrow.peek()) bar.value = { packet: tr.packet.id, mode: '' };
}

export async function perform(m: Move): Promise<void> {
  if (m.replay) {
    await replay(m.replay);
    return;
  }
  const hit = m.target && target(m.target);
  const op = (m.act ?? '').replace(/\{[^}]*\}/g, hit ? `packet ${hit.packet.id}` : '');
  if (m.afterNano) {
    clock.value = now.peek() + m.afterNano;
    await act(op);
    return;
  }
  if (!hit) {
    await act(op);
    return;
  }
  const gone = hit.turns.find((x) => (x.what === 'delivered' || x.what === 'lost') && x.n <= n.peek());
  await (gone || hit.n > n.peek() ? actAt(hit.n, op) : act(op));
}
