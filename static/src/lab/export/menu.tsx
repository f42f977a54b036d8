import { lang, t } from '../../i18n';
import { say } from '../notes';
import { asking, dialog, hello, lessonDoc } from '../state';
import { Menu } from '../ui/Menu';
import { Hidden } from '../veil/veil';

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

/** Takes a script, or says why there is none. */
async function take(e: Event, f: Item): Promise<void> {
  e.preventDefault();
  const r = await fetch(`${f.href}&lang=${lang.peek()}`);
  if (!r.ok) return say((await r.json()).text, 'wrong');
  const a = document.createElement('a');
  a.href = URL.createObjectURL(await r.blob());
  a.download = f.as;
  a.click();
  URL.revokeObjectURL(a.href);
}

/** The list: on a narrow page it stands among other things. */
export function ExportList({ session, close }: { session: string; close: () => void }) {
  const change = lessonDoc.value && <a href={`/write?from=${lessonDoc.value.slug}`}>{t('write.change')}</a>;
  if (asking.value)
    return (
      <>
        <Hidden why="veil.why.export" />
        {change}
      </>
    );
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
        <a key={f.href} href={f.href} download={f.as} onClick={(e) => f.as.endsWith('.pkt') && take(e, f)}>
          {f.text}
        </a>
      ))}
      {change}
    </>
  );
}

export function Exports({ session }: { session: string }) {
  return (
    <Menu end command="export" label={t('lab.export')} name={t('lab.export')}>
      {(close) => <ExportList session={session} close={close} />}
    </Menu>
  );
}
