import { useEffect, useRef } from 'preact/hooks';
import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import type { Frame } from '../../proto';
import { headline } from '../inspect/causes/headline';
import { rfcHref, rules } from '../rules';
import { causes, eventEffects, eventTitle, formula } from '../say';
import { hello } from '../state';
import { Icon } from '../ui/Icon';
import type { Plan } from './sheets';
import { type Comparison, letter, why } from './state';

const WIDTH = 420;

/** Why something happened, in the empty part of its own branch. */
export function WhyCard({ c, plan, view }: { c: Comparison; plan: Plan | null; view: { top: number; height: number } }) {
  const ref = useRef<HTMLElement>(null);
  const w = why.value;
  const f = w ? c.futures[w.side] : undefined;
  const frame = w ? f?.data.frame(w.n) : undefined;
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
    ref.current?.scrollIntoView({ block: 'nearest' });
  }, [w?.side, w?.n]);
  if (!w || !f || !frame) return null;
  return (
    <section
      class="cmp-why"
      ref={ref}
      tabIndex={-1}
      aria-label={t('compare.why-title', { side: letter(w.side) })}
      style={plan ? spot(plan, w.side, frame, f.data) : undefined}
      data-top={view.top}
    >
      <button
        type="button"
        class="link cmp-why-x"
        aria-label={t('lab.close')}
        onClick={() => {
          why.value = null;
        }}
      >
        <Icon name="x" />
      </button>
      <p class="ref">
        <b class={`cmp-letter${w.side ? ' filled' : ''}`}>{letter(w.side)}</b>{' '}
        {t('lab.event-at', { n: frame.n, host: hello.value?.hosts?.[frame.host]?.name ?? t('lab.network'), time: instant(frame.at) })}
      </p>
      <Said frame={frame} data={f.data} />
      <Chain frame={frame} data={f.data} side={w.side} />
    </section>
  );
}

/** What happened, and by which rule. */
function Said({ frame, data }: { frame: Frame; data: BranchData }) {
  const hosts = hello.value?.hosts ?? [];
  const all = frame.spans ?? [];
  const h = headline(frame);
  const rule = h >= 0 ? rules.value[all[h].rule] : undefined;
  const checks = all.flatMap((s) => (s.check ? [s.check] : [])).filter((x) => x.op && x.ok);
  return (
    <>
      <h3 class="cmp-why-title">{[eventTitle(frame, data, hosts), ...eventEffects(frame, data)].join(' · ')}</h3>
      {rule && <p>{rule.says}</p>}
      {checks.slice(-3).map((x, i) => {
        const { left, op, right } = formula(x);
        return (
          <p key={i} class="mono">
            {left} {op} {right}
          </p>
        );
      })}
      {rule && (
        <p class="ref">
          {rule.linux && <code>{rule.linux}()</code>}
          {(rule.rfc ?? []).map((r) => {
            const href = rfcHref(r);
            return (
              <span key={r}>
                {' · '}
                {href ? (
                  <a href={href} target="_blank" rel="noreferrer">
                    {r}
                  </a>
                ) : (
                  r
                )}
              </span>
            );
          })}
        </p>
      )}
    </>
  );
}

/** The causes, each a step back on the same side. */
function Chain({ frame, data, side }: { frame: Frame; data: BranchData; side: number }) {
  const hosts = hello.value?.hosts ?? [];
  const chain = causes(frame, data, 1000);
  const short = chain.length > 4 ? [...chain.slice(0, 3), chain[chain.length - 1]] : chain;
  if (!short.length) return null;
  return (
    <p class="ref">
      {t('lab.because')}{' '}
      {short.map((x, i) => (
        <span key={x.n}>
          {i > 0 && (chain.length > 4 && i === 3 ? ' ← … ← ' : ' ← ')}
          <button
            type="button"
            class="link"
            onClick={() => {
              why.value = { side, n: x.n };
            }}
          >
            {t('lab.event-link', { n: x.n, what: eventTitle(x, data, hosts) })}
          </button>
        </span>
      ))}
    </p>
  );
}

/** Below the event; where its own branch is over, that is empty. */
function spot(plan: Plan, side: number, frame: Frame, data: BranchData): Record<string, string> {
  const { sheet } = plan.sides[side];
  const place = plan.places[side];
  const end = sheet.axis.y(data.timeOf(data.tip));
  const y = sheet.axis.y(frame.at);
  const left = place.left + plan.gutter + 12;
  const room = place.width - plan.gutter - 24;
  const top = end - y < 200 ? Math.max(y, end) + 24 : y + 24;
  const width = Math.min(WIDTH, room);
  return { top: `${Math.max(plan.apartY, top)}px`, left: `${left + Math.max(0, (room - width) / 2)}px`, width: `${width}px` };
}
