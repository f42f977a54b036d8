import { who } from '../../../diagram/words';
import { has, t } from '../../../i18n';
import type { Cause } from '../../../proto';
import { choose } from '../../act';
import { show } from '../../phone/narrow';
import { hello, n, tab } from '../../state';
import { seek } from '../../sync';

const host = (i: number) => hello.peek()?.hosts?.[i]?.name ?? t('lab.network');

/** An event as a cause: what happened there. */
export function causeText(c: Cause): string {
  if (c.why === 'lost') return t('cause.lost', { segment: c.about ?? '', host: host(c.from) });
  if (c.why === 'discarded') return t('cause.discarded', { segment: c.about ?? '', host: host(c.host) });
  if (c.kind === 'act') return actText(c);
  const key = c.kind === 'arrive' ? 'event.arrive' : `event.${c.kind}`;
  return t(key, { host: host(c.host), segment: c.segment ?? '', name: c.name ?? '', by: '' });
}

/** What somebody did, in words where there are some: "you dropped the SYN-ACK". */
export function actText(c: Cause): string {
  return did(c.by, c.op ?? '', c.segment || c.about) || t('event.act', { by: who(c.by || 'you', true), name: c.name ?? '' });
}

/** "You dropped the SYN-ACK"; "": there are no such words for it. */
export function did(by: string | undefined, op: string, segment: string | undefined): string {
  const key = `cause.did-${op}`;
  return segment && has(key) ? t(key, { by: who(by || 'you', true), segment }) : '';
}

/** In what way it is a cause: "it set the timer". */
export function causeNote(c: Cause): string {
  const out: string[] = [];
  if (c.why && has(`cause.${c.why}-note`)) out.push(t(`cause.${c.why}-note`, { segment: c.about ?? '' }));
  if (c.instead?.length) out.push(t('cause.instead', { n: c.instead.length, list: c.instead.join(', ') }));
  if (c.sure === 'unchecked' || c.sure === 'anyway') out.push(t(`cause.${c.sure}`));
  return out.join(t('lab.aria.comma'));
}

/** It was somebody's doing, not the engine's. */
export const byPerson = (c: Cause) => c.kind === 'act' && c.by !== 'scene';

/** Shows an event and why it happened. */
export function goTo(k: number): void {
  if (k > n.peek()) seek(k);
  choose({ key: `e${k}`, n: k });
  tab.value = 'why';
  show('inspect');
}
