import { t } from '../../i18n';
import type { Span } from '../lesson/doc';
import { data } from '../state';

const told = new Set(['drop', 'delay', 'hold', 'release', 'duplicate', 'corrupt', 'edit']);

/** A move in words: what concerned one segment names it as the diagram does, all else stands as a scene writes it. */
export function spell(op: string): Span[] {
  if (op.startsWith('scene ')) return [{ t: t('left.did-scene') }];
  const m = /^([a-z]+) packet (\d+)(.*)$/.exec(op);
  const p = m && data.peek()?.history.byPacket.get(Number(m[2]))?.packet;
  if (!m || !p || !told.has(m[1])) return [{ code: op }];
  const which = p.kind === 'DATA' ? ` ${p.seq}` : '';
  const rest = m[3].trim();
  return [{ t: `${t(`left.did-${m[1]}`)} ` }, { kind: p.kind }, ...(which ? [{ t: which }] : []), ...(rest ? [{ t: ' ' }, { code: rest }] : [])];
}
