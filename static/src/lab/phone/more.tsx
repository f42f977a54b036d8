import { lang, t } from '../../i18n';
import { ExportList } from '../export/menu';
import { dialog } from '../state';
import { ThemeButton } from '../toolbar/theme';
import { Tools } from '../toolbar/tools';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';

/** Everything that the header and the row above the diagram have on a wide page. */
export function More({ session }: { session: string }) {
  const other = lang.value === 'en' ? 'zh-CN' : 'en';
  const to = new URL(location.href);
  to.searchParams.set('lang', other);
  return (
    <Menu end bare class="bar-more" list="more-list" label={<Icon name="dots" />} name={t('export.more')}>
      {(close) => (
        <>
          <Tools />
          <h3>{t('lab.export')}</h3>
          <ExportList session={session} close={close} />
          <hr />
          <button
            type="button"
            onClick={() => {
              close();
              dialog.value = 'share';
            }}
          >
            {t('lab.share')}
          </button>
          <button
            type="button"
            onClick={() => {
              close();
              dialog.value = 'keys';
            }}
          >
            {t('lab.keys')}
          </button>
          <a href={to.pathname + to.search} hreflang={other} lang={other}>
            {other === 'en' ? 'English' : '中文'}
          </a>
          <ThemeButton named />
        </>
      )}
    </Menu>
  );
}
