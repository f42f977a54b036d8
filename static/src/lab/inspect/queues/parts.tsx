import type { ComponentChildren } from 'preact';
import { t } from '../../../i18n';
import type { Queue, QueueItem } from '../../../proto';
import { Value } from '../../ui/Value';
import { entryRef, placeRef, queueRef } from '../causes/number';

/** What one queue is to those that draw it. */
export interface Drawn {
  q: Queue;
  now: number;
}

/** The head of a queue: its name, what it holds, and its limit. */
export function Head({ q, held, unit }: { q: Queue; held: number; unit?: string }) {
  const full = q.limit > 0 && held >= q.limit;
  return (
    <div class="queue-top">
      <span>{t(`lab.queue.${q.name}`)}</span>
      <span class={`mono${full ? ' chg' : ''}`}>
        <Value of={queueRef(q)} name={t(`lab.queue.${q.name}`)} text={String(held)} />
        {q.limit > 0 && <span class="quiet"> / {q.limit}</span>}
        {unit && <span class="quiet"> {unit}</span>}
        {full && <b> · {t('lab.queue-full')}</b>}
      </span>
    </div>
  );
}

/** A place in a picture, as parts of its width and height. */
export interface Spot {
  item: QueueItem;
  x: number;
  y: number;
  w: number;
  h: number;
}

const bytes = ({ name }: Queue) => name === 'send' || name === 'rtx' || name === 'receive' || name === 'ofo';

/** What an entry is: a connection that waits, or a place that bytes or a connection take. */
const refOf = (q: Queue, i: QueueItem) => (bytes(q) ? placeRef(q, i.from) : q.name === 'ports' ? placeRef(q, i.port ?? 0) : entryRef(i.subject ?? 0));

/** What is told of an entry where it cannot be seen: whose it is, and where it waits. */
const entryName = (q: Queue, i: QueueItem) =>
  `${bytes(q) ? `${i.from}:${i.to}` : `${q.name === 'ports' || q.name === 'timewait' ? `:${i.port} ` : ''}${i.peer ?? ''}`}, ${t(`lab.queue.${q.name}`)}`;

/** Lays a button over each place of a picture: it opens what put the entry there. */
export function Answering({ q, spots, children }: { q: Queue; spots: Spot[]; children: ComponentChildren }) {
  const part = (v: number) => `${v * 100}%`;
  return (
    <div class="answering">
      {children}
      {spots.map(({ item, x, y, w, h }, i) => (
        <span key={`${item.subject}.${item.from}.${i}`} class="spot" style={{ left: part(x), top: part(y), width: part(w), height: part(h) }}>
          <Value of={refOf(q, item)} name={entryName(q, item)} text="" class="entry" />
        </span>
      ))}
    </div>
  );
}

/** An entry in a table: its first cell opens what put it there. */
export const entry = (q: Queue, i: QueueItem, text: string) => (i.subject || bytes(q) ? <Value of={refOf(q, i)} name={entryName(q, i)} text={text} /> : text);

/** The same as the picture, in words and numbers. */
export function Twin({ heads, rows, more }: { heads: string[]; rows: ComponentChildren[][]; more: number }) {
  if (!rows.length) return null;
  return (
    <details class="changes-more">
      <summary>{t('lab.as-table')}</summary>
      <table>
        <thead>
          <tr>
            {heads.map((h) => (
              <th key={h} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={i}>
              {r.map((c, k) => (
                <td key={k} class="mono">
                  {c}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="ref">{t('lab.queue-more', { n: more })}</p>}
    </details>
  );
}

export const ROWS = 60; // of a table
export const SPOTS = 60; // of a picture that are buttons too
