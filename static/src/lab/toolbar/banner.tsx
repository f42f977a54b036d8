import { t } from '../../i18n';
import { hush, note } from '../notes';
import type { Stream } from '../stream';
import { Icon } from '../ui/Icon';

/** What has to be said now: the connection is gone, or something was done or refused. */
export function Banner({ stream }: { stream: Stream }) {
  const l = stream.link.value;
  const k = stream.waiting.value;
  if (l === 'lost') {
    return (
      <div class="banner" role="status">
        {t('lab.lost')} {k > 0 ? t('lab.lost-waiting', { n: k }) : t('lab.lost-kept')}{' '}
        <button type="button" class="small" onClick={() => stream.now()}>
          {t('lab.reconnect')}
        </button>
      </div>
    );
  }
  if (l === 'over') {
    const { why, text } = stream.bye.value;
    return (
      <div class="banner wrong" role="alert">
        {why === 'expired' || why === 'broken' || why === 'ended' ? t(`lab.over-${why}`) : `${t('lab.over-other')} ${text}`}{' '}
        {why === 'ended' && <a href={`${location.pathname}`}>{t('share.own-copy')}</a>} <a href="/">{t('failure.home')}</a>
      </div>
    );
  }
  const m = note.value;
  if (!m) return null;
  return (
    <div class={`banner ${m.tone}`} role={m.tone === 'wrong' ? 'alert' : 'status'}>
      <span>{m.text.startsWith('lab.') ? t(m.text) : m.text}</span>
      <button type="button" class="small" aria-label={t('lab.close')} onClick={hush}>
        <Icon name="x" />
      </button>
    </div>
  );
}

/** Below 900 pixels the columns are tabs. */
