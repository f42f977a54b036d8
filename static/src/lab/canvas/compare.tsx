import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { eventY } from '../../diagram/places';
import type { Layout } from '../../diagram/sheet';
import { Diagram } from '../../diagram/view';
import { lang, t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import { branches, comparing, data, filter, hello, linear, options, rev, shownHosts } from '../state';
import { branchData } from '../sync';
import { branchName, Difference } from '../toolbar/branches';

const layouts: (Layout | undefined)[] = [];
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
    // The two are held at the same instant, not at the same pixel: one may have more to show.
    let led: EventTarget | null = null;
    let free: ReturnType<typeof setTimeout> | undefined;
    const on = (e: Event) => {
      if (led && led !== e.target) return;
      led = e.target;
      clearTimeout(free);
      free = setTimeout(() => {
        led = null;
      }, 120);
      const el = e.target as HTMLElement;
      const i = list.indexOf(el);
      const [from, to] = [layouts[i], layouts[1 - i]];
      const other = list[1 - i];
      if (!from || !to || !other) return;
      const third = el.clientHeight / 3;
      other.scrollTop = Math.max(0, to.axis.y(from.axis.t(el.scrollTop + third)) - third);
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
        <Side i={0} d={a} at={(c.diff?.shared ?? -1) + 1} />
        {b && <Side i={1} d={b} at={(c.diff?.shared ?? -1) + 1} />}
      </div>
    </div>
  );
}

function Side({ i, d, at }: { i: number; d: BranchData; at: number }) {
  const name = branchName(branches.value.find((x) => x.id === d.id));
  const mark = useRef<HTMLDivElement>(null);
  const done = useRef(0);
  const laid = (l: Layout) => {
    layouts[i] = l;
    const el = mark.current;
    if (!el) return;
    const y = at <= l.n ? eventY(l, at) : undefined;
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
        shown={shownHosts.value}
        filter={filter.value}
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
