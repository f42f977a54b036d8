// What every page has besides the lab: its theme, the search, and lists that narrow
// while one types. Without it the same pages work by links and forms.

import { SearchBox } from './search';

function themeButton(b: HTMLButtonElement): void {
  const root = document.documentElement;
  const order = ['auto', 'light', 'dark'];
  const show = () => {
    const now = root.dataset.theme ?? 'auto';
    const next = order[(order.indexOf(now) + 1) % order.length];
    const text = (b.dataset.themeButton ?? '').replace('{now}', b.dataset[now] ?? now).replace('{next}', b.dataset[next] ?? next);
    b.setAttribute('aria-label', text);
    b.title = text;
    return next;
  };
  b.addEventListener('click', () => {
    const next = show();
    if (next === 'auto') delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (next === 'auto') localStorage.removeItem('theme');
      else localStorage.setItem('theme', next);
    } catch {
      // Storage is not allowed: the choice lasts as long as the page.
    }
    show();
  });
  show();
  b.hidden = false;
}

/** Hides what does not hold every word that is typed. */
function filter(input: HTMLInputElement): void {
  const items = [...document.querySelectorAll<HTMLElement>('[data-find]')].map((el) => ({ el, text: `${el.textContent}\n${el.dataset.find}`.toLowerCase() }));
  const groups = [...document.querySelectorAll<HTMLElement>('[data-group]')];
  const nothing = document.querySelector<HTMLElement>('[data-nothing]:not(input)');
  const whole = document.querySelectorAll<HTMLElement>('[data-whole]'); // makes sense only for the whole list
  const count = document.querySelector<HTMLElement>('[data-count]');
  input.form?.querySelector<HTMLElement>('button')?.setAttribute('hidden', '');
  const narrow = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const { el, text } of items) {
      el.hidden = !words.every((w) => text.includes(w));
      if (!el.hidden) n++;
    }
    for (const g of groups) g.hidden = !g.querySelector('[data-find]:not([hidden])');
    for (const w of whole) w.hidden = words.length > 0;
    if (nothing) nothing.hidden = n > 0;
    if (count?.dataset.count) count.textContent = words.length ? count.dataset.count.replace('{n}', String(n)) : '';
    const url = new URL(location.href);
    if (words.length) url.searchParams.set('q', input.value.trim());
    else url.searchParams.delete('q');
    history.replaceState(null, '', url);
  };
  input.addEventListener('input', narrow);
  input.form?.addEventListener('submit', (e) => e.preventDefault());
}

function typing(el: EventTarget | null): boolean {
  return el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}

for (const b of document.querySelectorAll<HTMLButtonElement>('[data-theme-button]')) themeButton(b);
for (const i of document.querySelectorAll<HTMLInputElement>('[data-search]')) new SearchBox(i);
for (const i of document.querySelectorAll<HTMLInputElement>('[data-filter]')) filter(i);
addEventListener('keydown', (e) => {
  if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target)) return;
  const input = document.querySelector<HTMLInputElement>('[data-search]');
  if (!input?.offsetParent) return;
  e.preventDefault();
  input.focus();
  input.select();
});
