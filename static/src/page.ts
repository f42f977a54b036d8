import { keep } from './kept';
// What every page has besides the lab: its theme, the search, and lists that narrow
// while one types. Without it the same pages work by links and forms.

import { filter } from './filter';
import { SearchBox } from './search';
import { keepSolved, markSolved } from './solved';

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
    keep('theme', next === 'auto' ? null : next);
    show();
  });
  show();
  b.hidden = false;
}

function typing(el: EventTarget | null): boolean {
  return el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}

for (const el of document.querySelectorAll<HTMLElement>('[data-story-solved]')) keepSolved(el.dataset.storySolved ?? '', Number(el.dataset.minutes), 'stories');
markSolved(document);
for (const i of document.querySelectorAll<HTMLInputElement>('.typed input[name=change]'))
  i.addEventListener('input', () => i.closest('.typed')?.querySelector<HTMLInputElement>('[type=radio]')?.click());
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
