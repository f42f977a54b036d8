import { render } from 'preact';
import { load, t } from './i18n';
import { App } from './lab/app';
import { compareAll } from './lab/compare/open';
import { keptLevel } from './lab/inspect/causes/levels';
import { say } from './lab/notes';
import { startPlayer } from './lab/player';
import { loadFields, loadRules } from './lab/rules';
import { copyNotice, instead, open } from './lab/share/open';
import * as s from './lab/state';
import { connect } from './lab/sync';
import type { Place } from './lab/toolbar/header';
import { fetchLater, laterIs } from './lab/ui/later';

async function main(): Promise<void> {
  const el = document.getElementById('lab');
  if (!el) return;
  laterIs(el.dataset.later ?? '');
  const lang = el.dataset.lang || document.documentElement.lang || 'en';
  const texts = Promise.all([load(lang), loadRules(lang), loadFields(lang)]);
  const at = await open(el);
  const place: Place = { session: at.id, lesson: el.dataset.lesson ?? '', title: document.title.replace(/ · Wirestep$/, '') };
  const stream = connect(at.stream);
  // The island takes over when it has something to show.
  const begun = new Promise<void>((go, fail) => {
    s.data.subscribe((d) => {
      if (d) queueMicrotask(go);
    });
    stream.bye.subscribe(({ why, text }) => {
      if (s.data.peek() || !why || why === 'drain') return;
      if (why === 'key') instead(at.id);
      else fail(new Error(text));
    });
  });
  await Promise.all([begun, texts]);
  const slug = s.hello.peek()?.lesson || place.lesson;
  if (slug) {
    const r = await fetch(`/api/lessons/${encodeURIComponent(slug)}?lang=${encodeURIComponent(lang)}`);
    if (r.ok) {
      s.lessonDoc.value = await r.json();
      s.level.value = s.lessonDoc.peek()?.level ?? 'student';
    }
  }
  keptLevel();
  document.body.classList.add('lab-on');
  el.replaceChildren();
  render(<App stream={stream} place={place} />, el);
  startPlayer();
  afterFirstStep();
  if (at.beside) void compareAll([0, 1]);
  if (at.copied) say(copyNotice(s.lessonDoc.peek()?.title ?? s.hello.peek()?.title ?? place.title));
}

/** What is shown late is fetched once the first Step has been drawn: then a network that fails later takes nothing away. */
function afterFirstStep(): void {
  const begun = s.n.peek();
  const stop = s.n.subscribe((n) => {
    if (n === begun) return;
    queueMicrotask(() => stop());
    (window.requestIdleCallback ?? setTimeout)(() => void fetchLater());
  });
}

main().catch((e) => {
  document.documentElement.classList.remove('scripted'); // then the page without scripts has to do
  const p = document.createElement('p');
  p.className = 'banner wrong';
  p.setAttribute('role', 'alert');
  p.textContent = `${t('lab.failed')} ${e instanceof Error ? e.message : e}`;
  document.getElementById('lab')?.prepend(p);
});
