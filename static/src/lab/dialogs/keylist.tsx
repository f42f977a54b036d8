import { t } from '../../i18n';
import { keyTable, type Where, whatOf } from '../toolbar/keytable';
import { close, Modal } from '../ui/Modal';

const places: Where[] = ['lab', 'diagram', 'segment', 'compare'];

/** Every key and what it does, as docs/keys.md has it. */
export function Keys() {
  return (
    <Modal read title={t('lab.keys')}>
      <p class="ref">{t('lab.keys-lead')}</p>
      {places.map((where) => (
        <section key={where} class="keys-of">
          <h3>{t(`lab.keys-${where}`)}</h3>
          <dl class="keys">
            {keyTable
              .filter((k) => k.where === where)
              .map((k) => (
                <div key={k.command}>
                  <dt>
                    {k.keys.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{whatOf(k)}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <div class="row end">
        <button type="button" class="primary" onClick={close}>
          {t('lab.close')}
        </button>
      </div>
    </Modal>
  );
}
