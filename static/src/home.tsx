import { signal } from '@preact/signals';
import { render } from 'preact';
import { seeming, unitOf } from './diagram/trips';
import { Diagram } from './diagram/view';
import { keepers, showProgress } from './homeprogress';
import { lang, load, t } from './i18n';
import { BranchData } from './model/branch';
import { Schemas } from './model/schema';
import type { Hello, Snapshot } from './proto';

const n = signal(0);
const clock = signal<number | null>(null);
const playing = signal(true);
const none: ReadonlySet<string> = new Set();

/** The diagram on the start page: the same code as in the lab, playing by itself. */
function Demo({ data, hello }: { data: BranchData; hello: Hello }) {
  return (
    <>
      <Diagram
        data={data}
        n={n.value}
        rev={0}
        hosts={hello.hosts}
        links={hello.links}
        lang={lang.value}
        linear={false}
        options={false}
        hideFuture={false}
        clock={clock}
        chosen={null}
        lit={none}
        label={t('lab.diagram-label')}
      />
      <button
        type="button"
        class="demo-play"
        aria-pressed={playing.value}
        onClick={() => {
          playing.value = !playing.value;
        }}
      >
        {playing.value ? `❙❙ ${t('lab.pause')}` : `▶ ${t('lab.play')}`}
      </button>
    </>
  );
}

function run(data: BranchData, hello: Hello): void {
  const unit = unitOf(hello.links);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (still) {
    playing.value = false;
    n.value = data.tip;
    data.seek(data.tip);
    return;
  }
  let begun = performance.now();
  const go = (k: number, ts: number) => {
    data.seek(k);
    clock.value = null;
    n.value = k;
    begun = ts;
  };
  const frame = (ts: number) => {
    requestAnimationFrame(frame);
    if (!playing.peek() || document.hidden) {
      begun = ts - ((clock.peek() ?? data.timeOf(n.peek())) > 0 ? 0 : 0);
      return;
    }
    const from = data.timeOf(n.peek());
    const next = data.frame(n.peek() + 1);
    if (!next) {
      if (ts - begun > 4000) go(0, ts);
      return;
    }
    const length = Math.max(0.22, seeming(next.at - from, unit) / 62) * 1000;
    const k = (ts - begun) / length;
    if (k >= 1) go(n.peek() + 1, ts);
    else if (next.at > from) clock.value = from + (next.at - from) * k;
  };
  requestAnimationFrame(frame);
}

async function main(): Promise<void> {
  await load(document.documentElement.lang || 'en');
  showProgress();
  keepers();
  const el = document.querySelector<HTMLElement>('[data-demo]');
  if (!el) return;
  const r = await fetch('/api/demo');
  if (!r.ok) return;
  const { hello, snapshot } = (await r.json()) as { hello: Hello; snapshot: Snapshot };
  const data = new BranchData(snapshot, new Schemas(hello.schemas ?? []));
  data.seek(0);
  el.replaceChildren();
  el.classList.add('on');
  render(<Demo data={data} hello={hello} />, el);
  run(data, hello);
}

void main();
