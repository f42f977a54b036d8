import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { instant } from '../../diagram/time';
import { kindName } from '../../diagram/words';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import type { Change, Frame, Span, Why as Told } from '../../proto';
import { data, n, shown } from '../after';
import { fieldDoc, rfcHref, rules } from '../rules';
import { eventEffects, eventTitle, formula, value } from '../say';
import { hello, level, pinned, schemas } from '../state';
import { Icon } from '../ui/Icon';
import { later } from '../ui/later';
import { Value } from '../ui/Value';
import { causeOpen, Hidden } from '../veil/veil';
import { follow, told } from './causes/ask';
import { Because, Began, LeadsTo } from './causes/chain';
import { headline } from './causes/headline';
import { lengthText } from './causes/length';
import { Levels } from './causes/levels';
import { counterRef, fieldRef } from './causes/number';
import { Silences } from './causes/silence';
import { did } from './causes/words';
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
  useEffect(follow, []);
  const d = data.value;
  const f = d?.frame(shown.value);
  if (!d) return null;
  const why = told.value?.n === shown.value && told.value.branch === d.id ? told.value : null;
  return (
    <>
      {f ? (
        <Event f={f} d={d} why={why} />
      ) : (
        <section class="why">
          <h3>{t('lab.event-none')}</h3>
          <p>{t('lab.why-start')}</p>
        </section>
      )}
      {why && <Silences list={why.silences} />}
    </>
  );
}

function Event({ f, d, why }: { f: Frame; d: BranchData; why: Told | null }) {
  const hosts = hello.value?.hosts ?? [];
  const head = headline(f);
  const spans = f.spans ?? [];
  const story = level.value === 'story';
  const first = head >= 0 ? rules.value[spans[head].rule] : undefined;
  const p = f.packet ? d.history.byPacket.get(f.packet)?.packet : undefined;
  const act = f.kind === 'act' && did(f.by, (f.name ?? '').split(' ')[0], p && kindName(p));
  const what = act ? [act] : [eventTitle(f, d, hosts), ...eventEffects(f, d)];
  return (
    <section class="why" aria-labelledby="why-title">
      <div class="why-top">
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
        <Levels />
      </div>
      {!story && <p class="why-what">{[...(head < 0 ? [] : [what[0]]), ...what.slice(1)].join(' · ')}</p>}
      <p class="why-title" id="why-title">
        {story ? what.join(' · ') : (first?.says ?? (spans[head]?.rule || what[0]))}
      </p>
      {story ? <Began why={why} /> : <Rules f={f} d={d} head={head} />}
      <div class="part">
        <h4>{t('why.because')}</h4>
        {why ? <Because why={why} kind={f.kind} /> : causeOpen.value ? <Hidden why="veil.why.cause" /> : <p class="ref">{t('why.asking')}</p>}
      </div>
      {!story && <Moved f={f} d={d} />}
      {why && <LeadsTo list={why.leadsTo} />}
    </section>
  );
}

/** The rules that applied: the one that heads the event, and the rest in order. */
function Rules({ f, d, head }: { f: Frame; d: BranchData; head: number }) {
  const spans = f.spans ?? [];
  const at = into.value.n === f.n ? into.value.span : -1;
  if (!spans.length) return null;
  const bare = level.value !== 'engineer' && at < 0; // what moved is told below
  const view = (s: Span, i: number) => (
    <SpanView key={`${f.n}.${i}`} f={f} d={d} s={s} i={i} head={i === head} state={at < 0 ? '' : i === at ? 'now' : i < at ? 'past' : 'later'} bare={bare} />
  );
  if (at >= 0 || level.value === 'engineer' || head < 0) {
    return (
      <>
        <Into spans={spans} at={at} />
        <ol class="spans">{spans.map(view)}</ol>
      </>
    );
  }
  const also = spans.map((s, i) => ({ s, i })).filter(({ i }) => i !== head);
  return (
    <>
      <ol class="spans">{view(spans[head], head)}</ol>
      <Into spans={spans} at={at} />
      {also.length > 0 && (
        <div class="part">
          <h4>{t('why.also')}</h4>
          <ul class="also">
            {also.map(({ s, i }) => (
              <li key={i} class={s.check && !s.check.ok ? 'not' : ''}>
                {s.check && <Icon name={s.check.ok ? 'check' : 'x'} />}
                <span title={rules.value[s.rule]?.says}>{brief(s)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** A rule in a line: what was compared, else its first sentence. */
function brief(s: Span): string {
  if (s.check) {
    const c = formula(s.check);
    return `${c.left} ${c.op} ${c.right}`.trim();
  }
  const says = rules.value[s.rule]?.says ?? s.rule;
  return /^.*?[.:;。：；](?= |$|(?<=[。：；]))/.exec(says)?.[0].replace(/[.:;。：；]$/, '') ?? says;
}

/** What the event changed, each number a way to its history; the timers it set say where their lengths came from. */
function Moved({ f, d }: { f: Frame; d: BranchData }) {
  const counts = new Map<string, { host: number; counter: number; by: number }>();
  for (const [host, counter, by] of f.counts ?? []) {
    const k = `${host}.${counter}`;
    counts.set(k, { host, counter, by: (counts.get(k)?.by ?? 0) + by });
  }
  const hosts = hello.value?.hosts ?? [];
  return (
    <>
      {(f.changes?.length ?? 0) > 0 && (
        <div class="part">
          <h4>{t('why.moved')}</h4>
          <Changes list={merged(f.changes ?? [])} f={f} d={d} />
          {(f.lengths ?? []).map((l) => (
            <p key={`${l.s}.${l.timer}`} class="ref length">
              <b>{l.timer}</b> {instant(l.at)}: {lengthText(l)}
            </p>
          ))}
        </div>
      )}
      {counts.size > 0 && (
        <div class="part">
          <h4>{t('why.counters', { host: hosts[f.host]?.name ?? '' })}</h4>
          <ul class="changes">
            {[...counts.values()].map((c) => {
              const name = hello.value?.counters?.[c.counter] ?? '';
              return (
                <li key={`${c.host}.${c.counter}`}>
                  <span class="mono">{name}</span>
                  <Value of={counterRef(c.host, c.counter)} n={f.n} name={name} text={`+${c.by}`} class="chg" />
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </>
  );
}

/** One change a variable: from its first value in the event to its last. */
function merged(list: Change[]): Change[] {
  const by = new Map<string, Change>();
  for (const c of list) {
    const k = `${c.s}.${c.f}`;
    const was = by.get(k);
    by.set(k, was ? { ...was, new: c.new } : c);
  }
  return [...by.values()].filter((c) => c.old !== c.new);
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

function depth(spans: Span[], i: number): number {
  let k = 0;
  for (let p = spans[i]?.parent ?? -1; p >= 0 && k < 6; p = spans[p]?.parent ?? -1) k++;
  return k;
}

function SpanView({ f, d, s, i, head, state, bare }: { f: Frame; d: BranchData; s: Span; i: number; head: boolean; state: string; bare?: boolean }) {
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
      {!bare && <Changes list={changes} f={f} d={d} />}
      {!bare &&
        counts.map(([host, counter, by]) => (
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
      {level.value === 'engineer' && !s.rule.startsWith('act.') && <Code rule={s.rule} />}
    </li>
  );
}

/** The code behind a rule; it comes with what the first Step does not need. */
function Code({ rule }: { rule: string }) {
  const m = later();
  return m && <m.CodeOf key={rule} rule={rule} />;
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
        {value(c.old, field, s, schemas.value, f.at)} → <Value of={fieldRef(c.s, c.f)} n={f.n} name={field.label} text={value(c.new, field, s, schemas.value, f.at)} class="chg" />
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
