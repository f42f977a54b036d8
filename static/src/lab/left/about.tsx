import { t } from '../../i18n';
import { Spans } from '../lesson/text';
import { follows } from '../share/state';
import { branches, busy, data } from '../state';
import { keyOf } from '../toolbar/keytable';
import { Icon } from '../ui/Icon';
import { MovesMade } from './moves';
import { openLeft, type SceneDoc, said, sourceHere, tryIt } from './state';

/** What the scene is, what there is to try, what was done, and how its text begins. */
export function About({ doc }: { doc: SceneDoc }) {
  return (
    <div class="about">
      <h2>{doc.title}</h2>
      {doc.about && <p>{doc.about}</p>}
      {doc.tries.length > 0 && (
        <section aria-label={t('left.things')}>
          <h3>{t('left.things')}</h3>
          <ul class="tries">
            {doc.tries.map((y) => (
              <Try key={y.id} y={y} />
            ))}
          </ul>
        </section>
      )}
      <MovesMade title={t('left.your-moves')} />
      <section class="peek" aria-label={t('left.text')}>
        <div class="left-head">
          <h3>{t('left.text')}</h3>
          <button type="button" class="small" onClick={() => openLeft('text')}>
            {t('left.edit')} <kbd>{keyOf('text')}</kbd>
          </button>
        </div>
        <pre>{sourceHere(doc).replace(/^(#.*\n|\s*\n)*/, '')}</pre>
      </section>
    </div>
  );
}

function Try({ y }: { y: SceneDoc['tries'][number] }) {
  const got = said.value[y.id];
  const here = got && branches.value.some((b) => b.id === got.branch) && data.value?.id === got.branch;
  return (
    <li class={`try card${got ? ' tried' : ''}${here ? ' here' : ''}`}>
      <div>
        <b>{y.title}</b>
        <p>
          <Spans list={y.text} />
        </p>
      </div>
      <button type="button" class="small" disabled={busy.value || follows.value} aria-label={`${t(`try.${y.button}`)}: ${y.title}`} onClick={() => tryIt(y.id)}>
        {t(`try.${y.button}`)}
      </button>
      {got && (
        <p class="says" role="status">
          <Icon name="check" /> <Spans list={got.says} />
        </p>
      )}
    </li>
  );
}
