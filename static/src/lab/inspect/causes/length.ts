import { duration } from '../../../diagram/time';
import { t } from '../../../i18n';
import type { Length } from '../../../proto';

/** Where the length of a timer came from, with the terms of its sum. */
export function lengthText(l: Length): string {
  const args: Record<string, string | number> = {};
  l.terms.forEach((x, i) => {
    args['abc'[i]] = x.unit === 'duration' ? duration(x.value) : x.value;
  });
  return t(`length.${l.how}`, args);
}
