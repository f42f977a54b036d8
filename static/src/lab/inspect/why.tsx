import { signal } from '@preact/signals';
import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import type { Change, Frame, Span } from '../../proto';
import { choose } from '../act';
import { fieldDoc, rfcHref, rules } from '../rules';
import { causes, eventEffects, eventTitle, formula, value } from '../say';
import { data, hello, n, pinned, schemas, shown } from '../state';
import { seek } from '../sync';
import { Icon } from '../ui/Icon';
import { important } from './sockets';

/** Which rule inside the event is shown; -1: all. */
const into = signal({ n: 0, span: -1 });

/** Steps into the event: its rules one by one. */
export function stepInto(by: 1 | -1): void {
  const f = data.peek()?.frame(shown.peek());
  if (!f?.spans?.length) return;
  const cur = into.peek().n === f.n ? into.peek().span : -1;
  into.value = { n: f.n, span: Math.max(-1, Math.min(f.spans.length - 1, cur + by)) };
}

export function Why() {
  const d = data.value;
  const f = d?.frame(shown.value);
  const hosts = hello.value?.hosts ?? [];
  if (!d) return null;
  if (!f) {
    return (
      <section class="why">
        <h3>{t('lab.event-none')}</h3>
        <p>{t('lab.why-start')}</p>
      </section>
    );
  }
  const chain = causes(f, d, 1000);
  const head = headline(f);
  const first = head >= 0 ? rules.value[f.spans[head].rule] : undefined;
  const at = into.value.n === f.n ? into.value.span : -1;
  const spans = f.spans ?? [];
  return (
    <section class="why" aria-labelledby="why-title">
      <h3>
        {t('lab.event-at', { n: f.n, host: hosts[f.host]?.name ?? t('lab.network'), time: instant(f.at) })}
        {shown.value !== n.value && (
          <button
            type="button"
            class="link"
            onClick={() => {
              pinned.value = false;
            }}
          >
            {t('lab.to-cursor')}
          </button>
        )}
      </h3>
      <p class="why-what">{[...(head < 0 ? [] : [eventTitle(f, d, hosts)]), ...eventEffects(f, d)].join(' · ')}</p>
      <p class="why-title" id="why-title">
        {first?.says ?? (spans[head]?.rule || eventTitle(f, d, hosts))}
      </p>
      {chain.length > 0 && (
        <p class="ref">
          {t('lab.because')}{' '}
          {short(chain).map((c, i) => (
            <span key={c.n}>
              {i > 0 && (chain.length > 6 && i === 4 ? ' ← … ← ' : ' ← ')}
              <button type="button" class="link" onClick={() => show(c)}>
                {t('lab.event-link', { n: c.n, what: eventTitle(c, d, hosts) })}
              </button>
            </span>
          ))}
        </p>
      )}
      {spans.length > 0 && (
        <>
          <Into spans={spans} at={at} />
          <ol class="spans">
            {spans.map((s, i) => (
              <SpanView key={`${f.n}.${i}`} f={f} d={d} s={s} i={i} head={i === head} state={at < 0 ? '' : i === at ? 'now' : i < at ? 'past' : 'later'} />
            ))}
          </ol>
        </>
      )}
      <Loose f={f} d={d} />
    </section>
  );
}

/** The rules one by one. */
function Into({ spans, at }: { spans: Span[]; at: number }) {
  return (
    <div class="into">
      <h4>{t('lab.rules-applied', { n: spans.length, applied: spans.filter((s) => s.check?.ok !== false).length })}</h4>
      <button type="button" class="small" disabled={at < 0} onClick={() => stepInto(-1)} aria-label={t('lab.into-back')}>
        <Icon name="left" />
      </button>
      <span class="mono">{at < 0 ? t('lab.into-all') : `${at + 1} / ${spans.length}`}</span>
      <button type="button" class="small" disabled={at >= spans.length - 1} onClick={() => stepInto(1)} aria-label={t('lab.into-next')}>
        <Icon name="right" />
      </button>
    </div>
  );
}

/** The rule that names an event: the first that did something, not one that was asked and did not apply. */
export function headline(f: Frame): number {
  const spans = f.spans ?? [];
  const did = spans.findIndex((s) => !s.check);
  if (did >= 0) return did;
  const held = spans.findIndex((s) => s.check?.ok);
  return held;
}

/** The near end of a long chain, and its root. */
function short(chain: Frame[]): Frame[] {
  return chain.length > 6 ? [...chain.slice(0, 4), chain[chain.length - 1]] : chain;
}

function show(f: Frame): void {
  if (f.n > n.peek()) seek(f.n);
  choose({ key: `e${f.n}`, n: f.n });
}

function depth(spans: Span[], i: number): number {
  let k = 0;
  for (let p = spans[i]?.parent ?? -1; p >= 0 && k < 6; p = spans[p]?.parent ?? -1) k++;
  return k;
}

function SpanView({ f, d, s, i, head, state }: { f: Frame; d: BranchData; s: Span; i: number; head: boolean; state: string }) {
  const r = rules.value[s.rule];
  const c = s.check;
  const form = c ? formula(c) : null;
  const counts = (f.counts ?? []).filter((x) => x[3] === i);
  const changes = (f.changes ?? []).filter((x) => x.span === i);
  return (
    <li class={`span ${state}${c && !c.ok ? ' not' : ''}`} style={{ '--depth': String(Math.min(3, depth(f.spans, i))) }}>
      {form && (
        <p class={`check ${c?.ok ? 'yes' : 'no'}`}>
          <span class="asked">
            <b aria-hidden="true">{c?.ok ? '✓' : '✗'}</b> {c?.ok ? t('lab.holds') : t('lab.holds-not')}
          </span>{' '}
          <span class="mono">
            {form.left} {form.op} {form.right}
          </span>
        </p>
      )}
      {!head && <p class="says">{r?.says ?? s.rule}</p>}
      <Changes list={changes} f={f} d={d} />
      {counts.map(([host, counter, by]) => (
        <p key={`${host}.${counter}`} class="count mono">
          {hello.value?.counters?.[counter]} <span class="chg">+{by}</span>
        </p>
      ))}
      <p class="ref">
        {(r?.rfc ?? []).map((cite, k) => (
          <span key={cite}>
            {k > 0 && ' · '}
            {rfcHref(cite) ? (
              <a href={rfcHref(cite)} rel="noreferrer" target="_blank">
                {cite}
              </a>
            ) : (
              cite
            )}
          </span>
        ))}
        {r?.linux && (
          <>
            {(r.rfc ?? []).length > 0 && ' · '}Linux <code>{r.linux}()</code>
          </>
        )}{' '}
        <a class="rule-id" href={`/rules#${s.rule}`}>
          {s.rule}
        </a>
      </p>
      {r?.differs && (
        <p class="differs">
          <b>{t('rules.differs')}</b> {r.differs}
        </p>
      )}
    </li>
  );
}

function Loose({ f, d }: { f: Frame; d: BranchData }) {
  const max = f.spans?.length ?? 0;
  const rest = (f.changes ?? []).filter((c) => c.span < 0 || c.span >= max);
  return rest.length ? <Changes list={rest} f={f} d={d} /> : null;
}

function Changes({ list, f, d }: { list: Change[]; f: Frame; d: BranchData }) {
  if (!list.length) return null;
  const sub = (id: number) => d.state.subjects.get(id) ?? d.history.subjects.get(id);
  const rows = list.flatMap((c) => {
    const s = sub(c.s);
    const field = s && schemas.value.field(s.schema, c.f);
    return s && field ? [{ c, s, field }] : [];
  });
  // What a cable or a counter of the kernel remembers is there, but not in the way.
  const main = rows.filter(({ s, field }) => important.has(field.name) || (s.schema === 'link' && f.kind === 'act'));
  const rest = rows.filter((r) => !main.includes(r));
  const row = ({ c, s, field }: (typeof rows)[number]) => (
    <li key={`${c.s}.${c.f}.${c.new}`} title={fieldDoc(s.schema, field.name, field.doc)}>
      <span class="mono">{field.label}</span>{' '}
      <span class="v mono">
        {value(c.old, field, s, schemas.value, f.at)} → <b class="chg">{value(c.new, field, s, schemas.value, f.at)}</b>
      </span>
    </li>
  );
  return (
    <>
      {main.length > 0 && <ul class="changes">{main.map(row)}</ul>}
      {rest.length > 0 && (
        <details class="changes-more">
          <summary>{t('lab.changes-more', { n: rest.length })}</summary>
          <ul class="changes">{rest.map(row)}</ul>
        </details>
      )}
    </>
  );
}
