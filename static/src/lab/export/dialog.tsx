import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n';
import { data, hello, lessonDoc } from '../state';
import { close, Modal, Problem } from '../ui/Modal';
import { address, draw, type Picture, png, save, type Wish } from './picture';

const MOST_SHOWN = 3_000_000; // bytes that a preview is worth

const isDark = () => {
  const set = document.documentElement.dataset.theme;
  return set === 'dark' || (!set && matchMedia('(prefers-color-scheme: dark)').matches);
};

/** The diagram as a picture: how much of it, in which colours, in which format. */
export function SavePicture() {
  const part = useSignal<Wish['part']>('whole');
  const theme = useSignal<Wish['theme']>(isDark() ? 'dark' : 'light');
  const made = useSignal<Picture | null>(null);
  const wrong = useSignal('');
  const title = lessonDoc.value?.title ?? hello.value?.title ?? 'Wirestep';
  const d = data.value;
  useEffect(() => {
    let over = false;
    made.value = null;
    wrong.value = '';
    if (!d) return;
    draw(d, title, { part: part.value, theme: theme.value }).then(
      (p) => {
        if (!over) made.value = p;
      },
      (e) => {
        if (!over) wrong.value = e instanceof Error ? e.message : String(e);
      },
    );
    return () => {
      over = true;
    };
  }, [d, part.value, theme.value]);
  const p = made.value;
  const name = `wirestep-${hello.value?.session ?? ''}`;
  const pixels = async () => {
    if (!p) return;
    try {
      save(await png(p), `${name}.png`);
    } catch (e) {
      wrong.value = e instanceof Error ? e.message : String(e);
    }
  };
  return (
    <Modal title={t('export.title')}>
      <div class="row choices">
        <Choice of={part} name={t('export.part')} options={['whole', 'view']} />
        <Choice of={theme} name={t('export.theme')} options={['light', 'dark']} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <div class="export-preview" role="group" aria-label={t('export.preview')} tabIndex={0} aria-busy={!p && !wrong.value}>
        {p && p.svg.length <= MOST_SHOWN && <img src={address(p)} alt={t('export.preview')} />}
      </div>
      <p class="quiet" role="status">
        {p ? t('export.size', { w: p.width, h: p.height }) : wrong.value ? '' : t('export.drawing')}
      </p>
      <Problem text={wrong.value} />
      <div class="row end">
        <button type="button" onClick={close}>
          {t('lab.close')}
        </button>
        <button type="button" disabled={!p} onClick={pixels}>
          {t('export.png')}
        </button>
        <button type="button" class="primary" disabled={!p} onClick={() => p && save(new Blob([p.svg], { type: 'image/svg+xml' }), `${name}.svg`)}>
          {t('export.svg')}
        </button>
      </div>
    </Modal>
  );
}

/** One of two. */
function Choice<T extends string>({ of, name, options }: { of: { value: T }; name: string; options: readonly T[] }) {
  return (
    <fieldset class="choice">
      <legend>{name}</legend>
      {options.map((o) => (
        <label key={o}>
          <input
            type="radio"
            name={name}
            checked={of.value === o}
            onChange={() => {
              of.value = o;
            }}
          />
          {t(`export.${o}`)}
        </label>
      ))}
    </fieldset>
  );
}
