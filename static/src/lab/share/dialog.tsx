import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { data, hello, n } from '../state';
import { Refused } from '../stream';
import { ask } from '../sync';
import { close, Modal, Problem } from '../ui/Modal';
import { copyLink, toClipboard } from './open';
import { people, role } from './state';

type Shared = 'follower' | 'driver';

/** What a link gives away: a copy, unless the owner chooses otherwise. */
export function Share() {
  const session = hello.value?.session ?? '';
  const here = { branch: data.value?.id ?? 0, n: n.value };
  return (
    <Modal title={t('share.title')}>
      <section class="share-way">
        <h3>{t('share.copy')}</h3>
        <p>{t('share.copy-lead')}</p>
        <Link name={t('share.copy')} get={async () => copyLink(session, here)} shown={copyLink(session, here)} primary />
      </section>
      {role.value === 'owner' ? (
        <>
          <Room session={session} />
          <Way what="follower" key="follower" />
          <Way what="driver" key="driver" />
        </>
      ) : (
        <p class="quiet">{t('share.owner-only')}</p>
      )}
      <div class="row end">
        <button type="button" onClick={close}>
          {t('lab.close')}
        </button>
      </div>
    </Modal>
  );
}

/** A link that lets others in, until it is taken back. */
function Way({ what }: { what: Shared }) {
  const on = people.value.shared.includes(what);
  const link = useSignal('');
  const wrong = useSignal('');
  const get = async () => {
    const d = await ask({ t: 'share', text: what });
    link.value = `${location.origin}${d.link}`;
    return link.value;
  };
  const stop = async () => {
    try {
      await ask({ t: 'share', text: what, off: true });
      link.value = '';
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      wrong.value = e.message;
    }
  };
  return (
    <section class="share-way">
      <h3>
        {t(`share.${what}`)} {on && <span class="chip on">{t('share.on')}</span>}
      </h3>
      <p>{t(`share.${what}-lead`)}</p>
      <Link name={t(`share.${what}`)} get={get} shown={on ? link.value : ''} />
      {on && (
        <button type="button" class="small" onClick={stop}>
          {t('share.stop')}
        </button>
      )}
      <Problem text={wrong.value} />
    </section>
  );
}

interface Code {
  code: string; // as it is shown
  url: string;
}

/** The link to follow, by a code that a whole class can type. */
function Room({ session }: { session: string }) {
  const got = useSignal<Code | null>(null);
  const wrong = useSignal('');
  const open = async () => {
    try {
      const d = await ask({ t: 'share', text: 'follower' });
      const key = new URL(d.link ?? '', location.href).searchParams.get('with');
      const r = await fetch('/api/rooms', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ session, key }) });
      const answer = await r.json();
      if (!r.ok) throw new Error(answer.text);
      got.value = answer;
    } catch (e) {
      wrong.value = e instanceof Error ? e.message : String(e);
    }
  };
  const here = got.value;
  return (
    <section class="share-way">
      <h3>{t('room.title')}</h3>
      <p>{t('room.lead')}</p>
      {here ? (
        <div class="share-room">
          <div role="status">
            <p>
              {t('room.at')} <b class="mono">{location.host}/r</b>
            </p>
            <p class="mono share-code">{here.code}</p>
            <a href={`${here.url}/screen`} target="_blank" rel="noopener">
              {t('room.show')}
            </a>
          </div>
          <img src={`${here.url}/qr.svg`} alt={t('room.qr', { code: here.code })} width="132" height="132" />
        </div>
      ) : (
        <button type="button" onClick={open}>
          {t('room.open')}
        </button>
      )}
      <Problem text={wrong.value} />
    </section>
  );
}

/** A link to copy by one click; where a page may not, it stands there chosen. */
function Link({ name, get, shown, primary }: { name: string; get: () => Promise<string>; shown: string; primary?: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const said = useSignal('');
  const copy = async () => {
    try {
      const link = await get();
      if (await toClipboard(link)) {
        said.value = t('share.copied');
        return;
      }
      said.value = t('share.copy-by-hand');
      requestAnimationFrame(() => {
        field.current?.focus();
        field.current?.select();
      });
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      said.value = e.message;
    }
  };
  return (
    <div class="share-link">
      {shown && <input ref={field} class="mono" readOnly value={shown} aria-label={t('share.link', { name })} onFocus={(e) => e.currentTarget.select()} />}
      <button type="button" class={primary ? 'primary' : ''} onClick={copy} aria-label={t('share.copy-link-of', { name })}>
        {t('share.copy-link')}
      </button>
      <span class="share-said" role="status">
        {said.value}
      </span>
    </div>
  );
}
