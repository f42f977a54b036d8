import { instant } from '../../../diagram/time';
import { t } from '../../../i18n';
import type { Cause, Why } from '../../../proto';
import { compare } from '../../compare/open';
import { asking, data, level } from '../../state';
import { order } from '../../sync';
import { Icon } from '../../ui/Icon';
import { actText, byPerson, causeNote, causeText, goTo } from './words';

const NEAR = 6; // links that are shown of a long chain, and the last one

/** The chain of causes, back to a person, a call or the scene. */
export function Because({ why, kind }: { why: Why; kind: string }) {
  if (!why.links.length) return <p class="ref">{t(`why.begins-${kind === 'act' || kind === 'call' ? kind : 'else'}`)}</p>;
  const long = why.links.length + why.folded > NEAR;
  const kept = why.links.filter((l, i) => !long || i < NEAR - 2 || i === why.links.length - 1 || l.kind === 'act');
  const left = why.links.length - kept.length + why.folded;
  const mine = why.links.find((l) => byPerson(l) && l.sure === 'checked');
  return (
    <>
      <ol class="chain">
        {kept.map((l, i) => (
          <Link key={l.n} l={l} folded={i === kept.length - 1 ? left : 0} />
        ))}
      </ol>
      {why.unchecked > 0 && <p class="ref">{t('why.unchecked', { n: why.unchecked })}</p>}
      {mine && !asking.value && (
        <button type="button" class="small" onClick={() => void without(mine)}>
          {t(`why.without-${mine.op === 'drop' ? 'drop' : 'act'}`)}
        </button>
      )}
    </>
  );
}

function Link({ l, folded }: { l: Cause; folded: number }) {
  const mine = byPerson(l);
  const note = level.value === 'story' ? '' : causeNote(l);
  return (
    <>
      {folded > 0 && <li class="folded">{t('why.folded', { n: folded })}</li>}
      <li class={mine ? 'mine' : l.why === 'lost' || l.why === 'discarded' ? 'taken' : ''}>
        <button type="button" class="link" onClick={() => goTo(l.n)}>
          <b>{l.n}</b>
          <span>
            {mine && <span aria-hidden="true">× </span>}
            {causeText(l)}
          </span>
        </button>
        <span class="mono at">{instant(l.at)}</span>
        {note && <span class="ref note">{note}</span>}
      </li>
    </>
  );
}

/** The same moves but this one, beside what happened. */
async function without(l: Cause): Promise<void> {
  const from = data.peek()?.id;
  const d = await order({ t: 'replay', branch: from, without: l.n, text: t('why.without-label', { what: actText(l) }).slice(0, 60) });
  if (d && from !== undefined && data.peek()?.id !== from) await compare(from);
}

export function LeadsTo({ list }: { list: Cause[] }) {
  if (!list.length) return null;
  return (
    <div class="part">
      <h4>{t('why.leads-to')}</h4>
      <ol class="chain">
        {list.map((l) => (
          <Link key={l.n} l={{ ...l, why: undefined }} folded={0} />
        ))}
      </ol>
    </div>
  );
}

/** What a story begins with: the act of a person that all of it hangs on. */
export function Began({ why }: { why: Why | null }) {
  const l = why?.links.find((x) => byPerson(x) && x.sure === 'checked');
  if (!l) return null;
  return (
    <div class="began">
      <Icon name="x" />
      <p>
        <b>{t('why.began')}</b>
        <br />
        {instant(l.at)}: {actText(l)}
      </p>
      <button type="button" class="small" onClick={() => goTo(l.n)}>
        {t('why.go-there')}
      </button>
    </div>
  );
}
