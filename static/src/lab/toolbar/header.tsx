import { lang, t } from '../../i18n';
import { say } from '../notes';
import { dialog, hello, lessonDoc } from '../state';
import type { Stream } from '../stream';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
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
  const other = lang.value === 'en' ? 'zh-CN' : 'en';
  const to = new URL(location.href);
  to.searchParams.set('lang', other);
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
            <span class="wide">{t(`topic.${doc.topic}`)} › </span>
            <b>{doc.title}</b>
          </>
        ) : (
          <b>{place.title || hello.value?.title}</b>
        )}
      </span>
      <BranchMenu />
      <span class="sp" />
      <Status stream={stream} />
      <Exports place={place} />
      <button type="button" class="primary share" onClick={() => share(place)}>
        {t('lab.share')}
      </button>
      <a class="button lang" href={to.pathname + to.search} hreflang={other} lang={other}>
        {other === 'en' ? 'EN' : '中文'}
      </a>
      <ThemeButton />
      <button
        type="button"
        class="wide"
        title={t('lab.keys')}
        aria-label={t('lab.keys')}
        onClick={() => {
          dialog.value = 'keys';
        }}
      >
        ?
      </button>
    </header>
  );
}

/** Everything that can be taken away. */
function Exports({ place }: { place: Place }) {
  return (
    <Menu end class="wide" label={t('lab.export')} name={t('lab.export')}>
      {() => (
        <>
          <a href={`/api/sessions/${place.session}/bundle`} download>
            {t('lab.export-bundle')}
          </a>
          <a href={`/api/sessions/${place.session}/trace`} download={`wirestep-${place.session}.txt`}>
            {t('lab.export-trace')}
          </a>
          <a href={`/api/sessions/${place.session}/capture.pcapng`} download>
            {t('lab.export-pcap')}
          </a>
          {(hello.value?.hosts ?? [])
            .filter((h) => !h.kind)
            .map((h) => (
              <a key={h.name} href={`/api/sessions/${place.session}/script.pkt?host=${encodeURIComponent(h.name)}`} download>
                {t('lab.export-pkt', { host: h.name })}
              </a>
            ))}
          <a href={`/api/sessions/${place.session}/diagram.svg`} download={`wirestep-${place.session}.svg`}>
            {t('lab.export-svg')}
          </a>
        </>
      )}
    </Menu>
  );
}

async function share(place: Place): Promise<void> {
  const url = `${location.origin}/lab/${place.session}`;
  try {
    await navigator.clipboard.writeText(url);
    say(t('lab.share-copied', { url }));
  } catch {
    say(t('lab.share-url', { url }));
  }
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
