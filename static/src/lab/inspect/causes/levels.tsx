import { t } from '../../../i18n';
import { keep, kept } from '../../../kept';
import type { Level } from '../../lesson/doc';
import { level } from '../../state';

export const levels: Level[] = ['story', 'student', 'engineer'];
const KEEP = 'level';

/** Takes up how much this person wants to be told, wherever they were asked. */
export function keptLevel(): void {
  const before = kept(KEEP) as Level | null;
  if (before && levels.includes(before)) level.value = before;
}

export function setLevel(l: Level): void {
  level.value = l;
  keep(KEEP, l);
}

export function nextLevel(): void {
  setLevel(levels[(levels.indexOf(level.peek()) + 1) % levels.length]);
}

export function Levels() {
  return (
    <fieldset class="dial levels-of">
      <legend class="sr">{t('lab.level')}</legend>
      {levels.map((l) => (
        <label key={l} class={level.value === l ? 'on' : ''}>
          <input type="radio" class="sr" name="why-level" checked={level.value === l} onChange={() => setLevel(l)} />
          {t(`level.${l}`)}
        </label>
      ))}
    </fieldset>
  );
}
