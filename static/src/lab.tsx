import { type ComponentChild, render } from 'preact';
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
  const told = document.getElementById('lab-script')?.dataset;
  if (!told) return;
  laterIs(told.later ?? '');
  const lang = document.documentElement.lang || 'en';
  const texts = Promise.all([load(lang), loadRules(lang), loadFields(lang)]);
  const at = await open(told);
  const place: Place = { session: at.id, lesson: told.lesson ?? '', title: document.title.replace(/ · Wirestep$/, '') };
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
  if (slug) await loadLesson(slug, lang);
  keptLevel();
  await draw(<App stream={stream} place={place} />);
  startPlayer();
  afterFirstStep();
  if (at.beside) void compareAll([0, 1]);
  if (at.copied) say(copyNotice(s.lessonDoc.peek()?.title ?? s.hello.peek()?.title ?? place.title));
}

/** Draws the lab above what the page says without it, though the browser may still be reading that. */
async function draw(app: ComponentChild): Promise<void> {
  const lab = () => document.getElementById('lab');
  if (!lab()) await pageRead();
  document.body.classList.add('lab-on');
  render(app, lab() as HTMLElement);
  void pageRead().then(() => document.querySelector('.lab-page')?.remove());
}

async function pageRead(): Promise<void> {
  if (document.readyState === 'loading') await new Promise((done) => addEventListener('DOMContentLoaded', done, { once: true }));
}

async function loadLesson(slug: string, lang: string): Promise<void> {
  const r = await fetch(`/api/lessons/${encodeURIComponent(slug)}?lang=${encodeURIComponent(lang)}`);
  if (!r.ok) return;
  s.lessonDoc.value = await r.json();
  s.level.value = s.lessonDoc.peek()?.level ?? 'student';
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

main().catch(async (e) => {
  document.documentElement.classList.remove('scripted'); // then the page without scripts has to do
  await pageRead();
  const p = document.createElement('p');
  p.className = 'banner wrong';
  p.setAttribute('role', 'alert');
  p.textContent = `${t('lab.failed')} ${e instanceof Error ? e.message : e}`;
  document.querySelector('.lab-page')?.prepend(p);
});
