import { lang, t } from '../../i18n';
import { dialog, hello } from '../state';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';

interface Item {
  text: string;
  href: string;
  as: string; // name of the file
}

/** Everything that can be taken away, in one list for every width of the page. */
export function files(session: string, hosts: { name: string; kind?: string }[]): Item[] {
  const api = `/api/sessions/${session}`;
  const file = (text: string, path: string, end: string) => ({ text, href: `${api}/${path}`, as: `wirestep-${session}.${end}` });
  return [
    file(t('lab.export-bundle'), 'bundle', 'scene'),
    file(t('lab.export-trace'), 'trace', 'txt'),
    file(t('lab.export-pcap'), `capture.pcapng?lang=${lang.value}`, 'pcapng'),
    ...hosts.filter((h) => !h.kind).map((h) => file(t('lab.export-pkt', { host: h.name }), `script.pkt?host=${encodeURIComponent(h.name)}`, 'pkt')),
  ];
}

function List({ session, close }: { session: string; close: () => void }) {
  return (
    <>
      <button
        type="button"
        onClick={() => {
          close();
          dialog.value = 'picture';
        }}
      >
        {t('export.picture')}
      </button>
      {files(session, hello.value?.hosts ?? []).map((f) => (
        <a key={f.href} href={f.href} download={f.as}>
          {f.text}
        </a>
      ))}
    </>
  );
}

export function Exports({ session }: { session: string }) {
  return (
    <Menu end class="wide" label={t('lab.export')} name={t('lab.export')}>
      {(close) => <List session={session} close={close} />}
    </Menu>
  );
}

/** Where there is no room for buttons: the same, and the keys. */
export function More({ session }: { session: string }) {
  return (
    <Menu end class="narrow more" label={<Icon name="dots" />} title={t('export.more')} name={t('export.more')}>
      {(close) => (
        <>
          <List session={session} close={close} />
          <button
            type="button"
            onClick={() => {
              close();
              dialog.value = 'keys';
            }}
          >
            {t('lab.keys')}
          </button>
        </>
      )}
    </Menu>
  );
}
