import { render } from 'preact';
import { load, t } from './i18n';
import { App } from './lab/app';
import { startPlayer } from './lab/player';
import { loadFields, loadRules } from './lab/rules';
import * as s from './lab/state';
import { connect } from './lab/sync';
import type { Place } from './lab/toolbar/header';

/** The session of this page: the one that it was served with, or a new one. */
async function session(el: HTMLElement): Promise<{ id: string; stream: string }> {
  const { session: id, stream, lesson, scene } = el.dataset;
  if (id) return { id, stream: stream ?? `/stream/${id}` };
  const r = await fetch('/api/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(lesson ? { lesson } : { sandbox: scene }),
  });
  const got = await r.json();
  if (!r.ok) throw new Error(got.text ?? got.error ?? r.statusText);
  const url = new URL(got.url, location.href);
  url.search = location.search.replace(/([?&])scene=[^&]*&?/, '$1').replace(/[?&]$/, '');
  history.replaceState(null, '', url);
  return { id: got.id, stream: got.stream };
}

async function main(): Promise<void> {
  const el = document.getElementById('lab');
  if (!el) return;
  const lang = el.dataset.lang || document.documentElement.lang || 'en';
  const [at] = await Promise.all([session(el), load(lang), loadRules(lang), loadFields(lang)]);
  const place: Place = { session: at.id, lesson: el.dataset.lesson ?? '', title: document.title.replace(/ · Wirestep$/, '') };
  const stream = connect(at.stream);
  // The island takes over when it has something to show.
  await new Promise<void>((go) => {
    const stop = s.data.subscribe((d) => {
      if (d) queueMicrotask(go);
    });
    void stop;
  });
  const slug = s.hello.peek()?.lesson || place.lesson;
  if (slug) {
    const r = await fetch(`/api/lessons/${encodeURIComponent(slug)}?lang=${encodeURIComponent(lang)}`);
    if (r.ok) {
      s.lessonDoc.value = await r.json();
      s.level.value = s.lessonDoc.peek()?.level ?? 'student';
    }
  }
  if (s.lessonDoc.peek() && matchMedia('(max-width: 899px)').matches) s.column.value = 'diagram';
  document.body.classList.add('lab-on');
  el.replaceChildren();
  render(<App stream={stream} place={place} />, el);
  startPlayer();
}

main().catch((e) => {
  const p = document.createElement('p');
  p.className = 'banner wrong';
  p.setAttribute('role', 'alert');
  p.textContent = `${t('lab.failed')} ${e instanceof Error ? e.message : e}`;
  document.getElementById('lab')?.prepend(p);
});
