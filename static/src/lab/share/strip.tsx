import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { t } from '../../i18n';
import { say } from '../notes';
import { data, hello, n } from '../state';
import { send } from '../sync';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { backTo } from './keys';
import { tryIt } from './open';
import { isMe, lost, moved, nameOf, people, role, roleName } from './state';

/** Who is here, who moved, and the way out: a line that is there only when the lab is shared. */
export function Strip({ session }: { session: string }) {
  const list = people.value.people;
  const mine = role.value === 'owner';
  const back = mine ? backTo() : '';
  if (mine && list.length < 2 && !people.value.shared.length && !back) return null;
  return (
    <section class={`strip ${role.value}`} aria-label={t('share.strip')}>
      <Who />
      <span class="strip-text">{moved.value || t(back ? 'share.back-lead' : `share.lead-${role.value}`)}</span>
      <span class="sr" aria-live="polite">
        {moved.value}
      </span>
      <span class="sp" />
      {mine && <b aria-live="polite">{lost.value > 0 && `▲ ${t('share.lost-n', { n: lost.value })}`}</b>}
      {role.value === 'follower' && <Lost />}
      {!mine && (
        <button type="button" class={role.value === 'follower' ? 'small primary' : 'small'} title={`${t('share.try')} (Y)`} onClick={() => leave(session)}>
          {t('share.try')}
        </button>
      )}
      {back && (
        <a class="button small" href={back} title={`${t('share.back')} (R)`}>
          {t('share.back')}
        </a>
      )}
    </section>
  );
}

/** Tells the owner that one more is lost, until the session goes on. */
function Lost() {
  const on = useSignal(false);
  useSignalEffect(() => {
    void [hello.value, data.value?.id, n.value]; // elsewhere, or connected anew
    on.value = false;
  });
  const press = async () => {
    on.value = !on.peek();
    await send({ t: 'lost', off: !on.peek() });
    if (on.peek()) say(t('share.lost-told'));
  };
  return (
    <button type="button" class="small" aria-pressed={on.value} onClick={press}>
      {on.value ? '▲ ' : ''}
      {t('share.lost')}
    </button>
  );
}

const leaving = signal(false);

async function leave(session: string): Promise<void> {
  if (leaving.peek()) return;
  leaving.value = true;
  try {
    await tryIt(session, { branch: data.peek()?.id ?? 0, n: n.peek() });
  } catch (e) {
    say(e instanceof Error ? e.message : String(e), 'wrong');
  }
  leaving.value = false;
}

/** Y: a copy of one's own; R: back to what one followed. Tells whether the key meant anything. */
export function shareKey(key: string, session: string): (() => void) | undefined {
  if (key === 'y' && role.peek() !== 'owner') return () => void leave(session);
  const back = role.peek() === 'owner' ? backTo() : '';
  if (key === 'r' && back) return () => location.assign(back);
  return undefined;
}

/** How many are here; opened, who they are, and one's own name. */
function Who() {
  const list = people.value.people;
  return (
    <Menu
      class="small"
      label={
        <>
          <Icon name="users" /> {t('share.here', { n: list.length + (people.value.more ?? 0) })}
        </>
      }
      name={t('share.who')}
    >
      {() => (
        <>
          <ul class="who">
            {list.map((p) => (
              <li key={p.n}>
                <b>{nameOf(p.n)}</b>
                {isMe(p) && <span class="quiet"> {t('share.you')}</span>} <span class="quiet">{roleName(p)}</span>
              </li>
            ))}
            {people.value.more ? <li>{t('share.more', { n: people.value.more })}</li> : null}
          </ul>
          <Name />
        </>
      )}
    </Menu>
  );
}

function Name() {
  const mine = people.value.people.find(isMe)?.name ?? '';
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        const field = e.currentTarget.elements.namedItem('name') as HTMLInputElement;
        void send({ t: 'name', text: field.value });
      }}
    >
      <label for="my-name">{t('share.my-name')}</label>
      <div class="row">
        <input id="my-name" name="name" maxLength={24} defaultValue={mine} autocomplete="off" />
        <button type="submit">{t('share.set-name')}</button>
      </div>
    </form>
  );
}
