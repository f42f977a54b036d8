import { t } from '../../i18n';
import { close, Modal } from '../ui/Modal';

/** Every key and what it does. */
export function Keys() {
  const rows: [string[], string][] = [
    [['Space'], 'lab.key.play'],
    [['←', '→'], 'lab.key.step'],
    [['Home', 'End'], 'lab.key.ends'],
    [['↑', '↓'], 'lab.key.move'],
    [['Enter'], 'lab.key.enter'],
    [['X'], 'lab.act.drop'],
    [['L'], 'lab.act.delay'],
    [['H'], 'lab.key.hold'],
    [['U'], 'lab.act.duplicate'],
    [['C'], 'lab.act.corrupt'],
    [['E'], 'lab.act.edit'],
    [['N'], 'lab.key.next'],
    [['I'], 'lab.key.into'],
    [['A'], 'lab.key.axis'],
    [['O'], 'lab.key.options'],
    [['T'], 'lab.key.table'],
    [['Esc'], 'lab.key.esc'],
    [['?'], 'lab.key.help'],
  ];
  return (
    <Modal title={t('lab.keys')}>
      <p class="ref">{t('lab.keys-lead')}</p>
      <dl class="keys">
        {rows.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <div class="row end">
        <button type="button" class="primary" onClick={close}>
          {t('lab.close')}
        </button>
      </div>
    </Modal>
  );
}
