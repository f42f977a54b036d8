import { t } from '../../i18n';
import { Canvas } from './canvas';
import { endComparing } from './open';
import { Spoken } from './spoken';
import { comparing } from './state';
import { Branches, Switch, Top } from './top';
import { Transport } from './transport';

/** Futures side by side, outcome first: the sentence, the table, the pictures on one axis. */
export function Compare() {
  const c = comparing.value;
  if (!c) return null;
  if (c === 'loading') {
    return (
      <div class="cmp">
        <p class="cmp-loading" role="status">
          {t('compare.loading')}{' '}
          <button type="button" class="small" onClick={endComparing}>
            {t('lab.cancel')}
          </button>
        </p>
      </div>
    );
  }
  return (
    <div class="cmp">
      <Top c={c} />
      <Branches c={c} />
      <Spoken c={c} />
      <Switch c={c} />
      <Canvas c={c} />
      <Transport c={c} />
    </div>
  );
}
