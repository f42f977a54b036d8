import { signal } from '@preact/signals';
import { t } from '../../i18n';
import type { CompareRow } from '../../proto';
import { branches, data } from '../state';
import { branchName } from '../toolbar/branches';
import { Icon } from '../ui/Icon';
import { focusSoon, go } from './move';
import { alone, endComparing, makeMine, swap } from './open';
import { type Comparison, type Future, focus, letter, picked, whole, why } from './state';

/** The letter of a side: hollow for A, filled for the others. */
export function Letter({ i }: { i: number }) {
  return <b class={`cmp-letter${i ? ' filled' : ''}`}>{letter(i)}</b>;
}

export function nameOf(f: Future): string {
  return branchName(branches.value.find((b) => b.id === f.side.branch));
}

/** What became different: the sentence, and the table. */
export function Top({ c }: { c: Comparison }) {
  const { answer } = c;
  return (
    <div class="cmp-top">
      <section class="cmp-verdict" aria-labelledby="cmp-title">
        <div class="cmp-kicker">
          <span class="wide">{t('compare.kicker')}</span>
          <span class="sp wide" />
          {c.futures.length === 2 && (
            <button type="button" class="small wide" onClick={() => void swap()}>
              {t('compare.swap')}
            </button>
          )}
          <button type="button" class="small cmp-end" onClick={endComparing} aria-label={t('lab.compare-end')}>
            <span class="wide">{t('lab.compare-end')}</span> <kbd class="wide">Esc</kbd>
            <span class="narrow">
              <Icon name="x" />
            </span>
          </button>
        </div>
        <h2 id="cmp-title">{answer.verdict}</h2>
        {answer.why.map((w) => (
          <p key={w.rule} class="cmp-mechanism">
            {w.side >= 0 && <Letter i={w.side} />} {w.text}
          </p>
        ))}
      </section>
      <Table c={c} />
      <Alone c={c} />
    </div>
  );
}

/** Of several changes, each by itself. */
function Alone({ c }: { c: Comparison }) {
  const list = c.answer.alone ?? [];
  if (list.length < 2) return null;
  return (
    <div class="cmp-alone" role="group" aria-label={t('compare.alone')}>
      {t('compare.alone')}
      {list.map((x) => (
        <button key={x.text} type="button" class="chip mono" onClick={() => void alone(x)}>
          {x.text}
        </button>
      ))}
    </div>
  );
}

/** All outcomes that differ, and one that does not; each value leads to the event that set it. */
function Table({ c }: { c: Comparison }) {
  const rows = c.answer.rows.filter((r) => whole.value || r.short);
  const two = c.futures.length === 2;
  const more = c.answer.rows.length - c.answer.rows.filter((r) => r.short).length;
  return (
    <section class={`cmp-table${whole.value ? ' whole' : ''}`} aria-label={t('compare.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t(whole.value ? 'compare.all' : 'compare.table')}</th>
            {c.futures.map((f) => (
              <th key={f.i} scope="col">
                <Letter i={f.i} /> {nameOf(f)}
              </th>
            ))}
            {two && (
              <th scope="col" class="wide">
                {t('compare.difference')}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <Row key={`${r.key} ${r.label}`} r={r} c={c} two={two} />
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <button
          type="button"
          class="link"
          aria-expanded={whole.value}
          onClick={() => {
            whole.value = !whole.peek();
          }}
        >
          {whole.value ? t('compare.fewer') : t('compare.more', { n: more })}
        </button>
      )}
    </section>
  );
}

function Row({ r, c, two }: { r: CompareRow; c: Comparison; two: boolean }) {
  return (
    <tr class={r.same ? 'same' : ''}>
      <th scope="row">{r.label}</th>
      {r.values.map((v, i) => (
        <td key={i} class="mono">
          {v.event > 0 ? (
            <button type="button" class="link" title={t('compare.to-event', { n: v.event })} onClick={() => toEvent(c.futures[i], v.event)}>
              {v.text}
            </button>
          ) : (
            v.text
          )}
        </td>
      ))}
      {two && <td class="wide">{r.diff}</td>}
    </tr>
  );
}

/** Goes to the event that set a value. */
function toEvent(f: Future, n: number): void {
  focus.value = f.i;
  go(f.data.timeOf(n));
  const sent = f.data.frame(n)?.effects?.find((e) => e.kind === 'sent')?.packet;
  picked.value = { side: f.i, key: sent ? `p${sent.id}` : `e${n}`, n };
  why.value = { side: f.i, n };
  focusSoon(f.i, picked.peek()?.key ?? '');
}

const undo = signal<{ name: string; run: () => Promise<unknown> } | null>(null);
let fading: ReturnType<typeof setTimeout> | undefined;

/** The branches by their names, with what is otherwise in each. */
export function Branches({ c }: { c: Comparison }) {
  const here = data.value?.id;
  return (
    <div class="cmp-branches" style={{ '--sides': String(c.futures.length) }}>
      {c.futures.map((f) => (
        <div key={f.i} class={f.i === focus.value ? 'here' : ''}>
          <Letter i={f.i} /> <b>{nameOf(f)}</b>
          <span class="cmp-changes mono">
            {f.side.changes.map((x) => (
              <span key={x}>{x}</span>
            ))}
          </span>
          <span class="sp" />
          {f.side.branch === here ? (
            <span class="chip">{t('compare.yours')}</span>
          ) : (
            <button type="button" class="small" onClick={() => void mine(f)}>
              {t('compare.make-mine', { side: letter(f.i) })}
            </button>
          )}
        </div>
      ))}
      {undo.value && (
        <div class="cmp-undo" role="status">
          {t('compare.made-mine', { name: undo.value.name })}{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              void undo.peek()?.run();
              undo.value = null;
            }}
          >
            {t('compare.undo')}
          </button>
        </div>
      )}
    </div>
  );
}

async function mine(f: Future): Promise<void> {
  const run = await makeMine(f);
  if (!run) return;
  undo.value = { name: nameOf(f), run };
  clearTimeout(fading);
  fading = setTimeout(() => {
    undo.value = null;
  }, 10_000);
}

/** On a phone: which side is drawn. */
export function Switch({ c }: { c: Comparison }) {
  return (
    <div class="cmp-switch" role="group" aria-label={t('compare.sides')}>
      {c.futures.map((f) => (
        <button
          key={f.i}
          type="button"
          aria-pressed={f.i === focus.value}
          onClick={() => {
            focus.value = f.i;
          }}
        >
          <Letter i={f.i} /> {nameOf(f)} {f.i === focus.value && <Icon name="check" />}
        </button>
      ))}
    </div>
  );
}
