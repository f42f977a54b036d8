import { lang, t } from '../../i18n';
import { Exports } from '../export/menu';
import { More } from '../phone/more';
import { narrow } from '../phone/narrow';
import { dialog, hello, lessonDoc } from '../state';
import type { Stream } from '../stream';
import { Icon } from '../ui/Icon';
import { BranchMenu } from './branches';
import { ThemeButton } from './theme';

/** What the page shows: a session, of a lesson or of a scene. */
export interface Place {
  session: string;
  lesson: string;
  title: string;
}

export function Header({ stream, place }: { stream: Stream; place: Place }) {
  const doc = lessonDoc.value;
  return (
    <header class="bar">
      <a class="brand" href="/" aria-label="Wirestep">
        <Icon name="arrows" /> <span class="wide">Wirestep</span>
      </a>
      <span class="crumb">
        {doc ? (
          <>
            <a href="/#lessons" class="wide">
              {t('nav.lessons')}
            </a>
            <span class="wide"> › </span>
            <span class="wide">{t(`chapter.${doc.chapter}`)} › </span>
            <h1>{doc.title}</h1>
          </>
        ) : (
          <h1>{place.title || hello.value?.title}</h1>
        )}
      </span>
      <BranchMenu />
      <span class="sp" />
      <Status stream={stream} />
      {narrow.value ? <More session={place.session} /> : <Wide place={place} />}
    </header>
  );
}

/** What a wide page has room for; a narrow one has it behind a button. */
function Wide({ place }: { place: Place }) {
  const other = lang.value === 'en' ? 'zh-CN' : 'en';
  const to = new URL(location.href);
  to.searchParams.set('lang', other);
  return (
    <>
      <Exports session={place.session} />
      <button
        type="button"
        class="primary share"
        onClick={() => {
          dialog.value = 'share';
        }}
      >
        {t('lab.share')}
      </button>
      <a class="button lang" data-command="language" href={to.pathname + to.search} hreflang={other} lang={other}>
        {other === 'en' ? 'EN' : '中文'}
      </a>
      <ThemeButton />
      <button
        type="button"
        title={t('lab.keys')}
        aria-label={t('lab.keys')}
        onClick={() => {
          dialog.value = 'keys';
        }}
      >
        ?
      </button>
    </>
  );
}

function Status({ stream }: { stream: Stream }) {
  const l = stream.link.value;
  return (
    <span class="chip wide status">
      <span class={`dot ${l}`} />
      {t(`lab.link-${l}`)}
    </span>
  );
}
