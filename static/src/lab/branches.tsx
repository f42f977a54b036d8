import { signal } from '@preact/signals';
import { instant } from '../diagram/time';
import { has, t } from '../i18n';
import type { Branch, Diff } from '../proto';
import { eventEffects, eventTitle } from './say';
import { branchData, branches, compare, comparing, data, hello, pause, send } from './store';

const open = signal(false);
const naming = signal(-1);

export function branchName(b: Branch | undefined): string {
  if (!b) return '';
  return b.label || (b.parent < 0 ? t('lab.branch-main') : t('lab.branch-n', { n: b.id }));
}

/** The tree of futures: choose, name, compare. */
export function BranchMenu() {
  const list = branches.value;
  const cur = data.value?.id ?? 0;
  const b = list.find((x) => x.id === cur);
  return (
    <div
      class="menu-of"
      onKeyDown={(e) => {
        if (e.key === 'Escape' && open.value) {
          open.value = false;
          e.stopPropagation();
        }
      }}
    >
      <button
        type="button"
        class="chip"
        aria-haspopup="true"
        aria-expanded={open.value}
        title={t('lab.branches')}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <span class="wide">{t('lab.branch')} </span>
        <b>{branchName(b)}</b>
        {list.length > 1 && <span class="many"> {list.length}</span>} ▾
      </button>
      {open.value && (
        <div class="menu tree" role="group" aria-label={t('lab.branches')}>
          {tree(list).map(([x, depth]) => (
            <div key={x.id} class={`branch${x.id === cur ? ' here' : ''}`} style={{ '--depth': String(Math.min(depth, 6)) }}>
              {naming.value === x.id ? (
                <Name b={x} />
              ) : (
                <button
                  type="button"
                  class="branch-go"
                  aria-current={x.id === cur ? 'true' : undefined}
                  onClick={() => {
                    pause();
                    open.value = false;
                    comparing.value = null;
                    void send({ t: 'branch', branch: x.id, n: x.tip });
                  }}
                >
                  <b>{branchName(x)}</b>
                  <span class="ref">{x.parent < 0 ? t('lab.branch-events', { n: x.tip }) : t('lab.branch-from', { n: x.step, tip: x.tip })}</span>
                </button>
              )}
              <button
                type="button"
                class="small"
                aria-label={t('lab.rename', { name: branchName(x) })}
                title={t('lab.rename', { name: branchName(x) })}
                onClick={() => {
                  naming.value = naming.value === x.id ? -1 : x.id;
                }}
              >
                ✎
              </button>
              {x.id !== cur && (
                <button
                  type="button"
                  class="small"
                  onClick={() => {
                    open.value = false;
                    void compare(x.id);
                  }}
                >
                  {t('lab.compare')}
                </button>
              )}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Name({ b }: { b: Branch }) {
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        const text = new FormData(e.currentTarget).get('name');
        naming.value = -1;
        void send({ t: 'label', branch: b.id, text: String(text ?? '') });
      }}
    >
      <input name="name" aria-label={t('lab.branch-name')} defaultValue={b.label} maxLength={60} />
    </form>
  );
}

function tree(list: Branch[]): [Branch, number][] {
  const out: [Branch, number][] = [];
  const walk = (parent: number, depth: number) => {
    for (const b of list.filter((x) => x.parent === parent)) {
      out.push([b, depth]);
      walk(b.id, depth + 1);
    }
  };
  walk(-1, 0);
  return out;
}

/** A sentence that says where two futures part. */
export function Difference({ d }: { d: Diff }) {
  const hosts = hello.value?.hosts ?? [];
  const b = data.value;
  const name = (id: number) => branchName(branches.value.find((x) => x.id === id));
  const side = (f: Diff['left'], id: number) => {
    const of = branchData(id) ?? b;
    return f && of ? [instant(f.at), eventTitle(f, of, hosts), ...eventEffects(f, of)].join(' · ') : t('lab.diff-nothing');
  };
  if (!d.left && !d.right) return <p class="diff">{t('lab.diff-same')}</p>;
  const what = `diff.${d.what}`;
  return (
    <div class="diff" role="status">
      <p>
        <b>{t('lab.diff-first', { n: d.shared + 1, time: instant(d.at) })}</b> {has(what) ? t(what) : ''}
      </p>
      <dl>
        <dt>{name(d.a)}</dt>
        <dd>{side(d.left, d.a)}</dd>
        <dt>{name(d.b)}</dt>
        <dd>{side(d.right, d.b)}</dd>
      </dl>
    </div>
  );
}
