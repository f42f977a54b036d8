import { render } from 'preact';
import { App } from './drills/app';
import { begin, fetchList, keyOf, list, next, queue } from './drills/state';
import { load } from './i18n';

// The page of drills: what is due, questions with numbers of their own, dates.

async function main(): Promise<void> {
  const el = document.querySelector<HTMLElement>('[data-drills]');
  if (!el) return;
  const lang = document.documentElement.lang || 'en';
  await Promise.all([load(lang), fetchList(lang)]);
  el.replaceChildren();
  render(<App />, el);
  const [slug, id, seed] = location.hash.slice(1).split('/');
  const wanted = new URLSearchParams(location.search).get('lesson');
  const l = list.peek().find((x) => x.slug === (slug || wanted));
  if (!l) return;
  if (id && l.drills.includes(id) && /^\d{1,8}$/.test(seed ?? '')) {
    queue.value = [keyOf(l, id)];
    void next(Number(seed));
  } else if (wanted) begin(l.drills.map((x) => keyOf(l, x)));
}

void main();
