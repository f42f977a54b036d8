import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Layout } from '../diagram/layout';
import { Diagram } from '../diagram/view';
import { lang, t } from '../i18n';
import type { BranchData } from '../model/branch';
import { branchName, Difference } from './branches';
import { branchData, branches, comparing, data, hello, linear, options, rev } from './store';

const rest = signal<number | null>(null);
const none: ReadonlySet<string> = new Set();

/** Two futures side by side, scrolled together, the first difference marked. */
export function Compare() {
  void rev.value;
  const c = comparing.value;
  const a = data.value;
  const b = c ? branchData(c.branch) : undefined;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const list = [...(box.current?.querySelectorAll<HTMLElement>('.dg') ?? [])];
    const on = (e: Event) => {
      for (const el of list) if (el !== e.target && Math.abs(el.scrollTop - (e.target as HTMLElement).scrollTop) > 1) el.scrollTop = (e.target as HTMLElement).scrollTop;
    };
    for (const el of list) el.addEventListener('scroll', on, { passive: true });
    return () => {
      for (const el of list) el.removeEventListener('scroll', on);
    };
  }, [a, b]);
  if (!c || !a) return null;
  return (
    <div class="compare" ref={box}>
      <div class="compare-top">
        {c.diff ? <Difference d={c.diff} /> : <p class="ref">{t('lab.loading')}</p>}
        <button
          type="button"
          onClick={() => {
            comparing.value = null;
          }}
        >
          {t('lab.compare-end')}
        </button>
      </div>
      <div class="compare-cols">
        <Side d={a} at={(c.diff?.shared ?? -1) + 1} />
        {b && <Side d={b} at={(c.diff?.shared ?? -1) + 1} />}
      </div>
    </div>
  );
}

function Side({ d, at }: { d: BranchData; at: number }) {
  const name = branchName(branches.value.find((x) => x.id === d.id));
  const mark = useRef<HTMLDivElement>(null);
  const done = useRef(0);
  const laid = (l: Layout) => {
    const el = mark.current;
    if (!el) return;
    const y = l.eventY.get(at);
    el.hidden = y === undefined;
    el.style.setProperty('top', `${(y ?? 0) - 66}px`);
    const dg = el.closest<HTMLElement>('.dg');
    if (dg && y !== undefined && done.current !== at) {
      done.current = at;
      requestAnimationFrame(() => {
        dg.scrollTop = Math.max(0, y - dg.clientHeight / 3);
      });
    }
  };
  return (
    <section class="compare-side" aria-label={name}>
      <h3>
        {t('lab.branch')} <b>{name}</b>
      </h3>
      <Diagram
        data={d}
        n={d.tip}
        rev={rev.value}
        hosts={hello.value?.hosts ?? []}
        links={hello.value?.links ?? []}
        lang={lang.value}
        linear={linear.value}
        options={options.value}
        hideFuture={false}
        clock={rest}
        chosen={null}
        lit={none}
        stay
        label={name}
        laid={laid}
      >
        <div class="first-diff" ref={mark} hidden>
          <span>{t('lab.diff-here')}</span>
        </div>
      </Diagram>
    </section>
  );
}
