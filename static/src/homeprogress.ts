import { t } from './i18n';
import { exported, forget, imported, progress } from './progress';

// What this browser remembers, shown among the lessons of the home page.

/** Marks what is done and begun, counts by chapter, and offers to go on. */
export function showProgress(): void {
  const known = progress();
  const items = [...document.querySelectorAll<HTMLElement>('li[data-lesson]')];
  for (const li of items) {
    const p = known[li.dataset.lesson ?? ''];
    li.classList.toggle('done', !!p?.done);
    li.classList.toggle('begun', !!p && !p.done);
    const said = li.querySelector('[data-said]');
    if (said) said.textContent = p?.done ? t('home.lesson-done') : p ? t('home.lesson-begun', { n: p.step + 1, of: p.steps }) : '';
  }
  for (const h of document.querySelectorAll<HTMLElement>('.topic')) {
    const own = [...h.querySelectorAll<HTMLElement>('li[data-lesson]')];
    const n = h.querySelector('[data-count]');
    if (n && own.length) n.textContent = t('home.chapter-count', { n: own.filter((x) => x.classList.contains('done')).length, of: own.length });
  }
  goOn(items, known);
}

function goOn(items: HTMLElement[], known: ReturnType<typeof progress>): void {
  const box = document.querySelector<HTMLElement>('[data-continue]');
  if (!box) return;
  const begun = Object.entries(known).sort((a, b) => b[1].at - a[1].at);
  box.hidden = begun.length === 0;
  if (box.hidden) return;
  const open = begun.find(([slug, p]) => !p.done && items.some((x) => x.dataset.lesson === slug));
  const li = items.find((x) => x.dataset.lesson === (open?.[0] ?? '')) ?? items.find((x) => !x.classList.contains('done'));
  const a = li?.querySelector('a');
  const done = items.filter((x) => x.classList.contains('done')).length;
  const say = (name: string, text: string) => {
    const el = box.querySelector(`[data-${name}]`);
    if (el) el.textContent = text;
  };
  say('where', a?.textContent ?? '');
  say('step', open ? t('home.lesson-begun', { n: open[1].step + 1, of: open[1].steps }) : t('home.next-lesson'));
  say('total', t('home.done-of', { n: done, of: items.length }));
  const meter = box.querySelector('progress');
  if (meter) {
    meter.max = items.length;
    meter.value = done;
  }
  const go = box.querySelector<HTMLAnchorElement>('a[data-go]');
  if (go && a) go.href = a.href;
  if (go) go.hidden = !a;
}

/** Taking it away, bringing it along, forgetting it. */
export function keepers(): void {
  const on = (name: string, f: () => void) => document.querySelector(`[data-progress=${name}]`)?.addEventListener('click', f);
  on('export', () => {
    const a = document.createElement('a');
    a.href = URL.createObjectURL(new Blob([exported()], { type: 'application/json' }));
    a.download = 'wirestep-progress.json';
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  });
  on('forget', () => {
    if (!confirm(t('home.forget-sure'))) return;
    forget();
    showProgress();
  });
  const file = document.querySelector<HTMLInputElement>('[data-progress-file]');
  on('import', () => file?.click());
  file?.addEventListener('change', async () => {
    const ok = imported((await file.files?.[0]?.text()) ?? '');
    file.value = '';
    const said = document.querySelector('[data-progress-said]');
    if (said) said.textContent = t(ok ? 'home.imported' : 'home.not-imported');
    showProgress();
  });
}
