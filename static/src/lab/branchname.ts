import { t } from '../i18n';
import type { Branch } from '../proto';

/** What a branch goes by. */
export function branchName(b: Branch | undefined): string {
  if (!b) return '';
  return b.label || (b.parent < 0 ? t('lab.branch-main') : t('lab.branch-n', { n: b.id }));
}
