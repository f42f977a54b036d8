import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { Canvas } from './canvas/canvas';
import { Dialogs } from './dialogs/dialogs';
import { Inspector } from './inspect/inspector';
import { LessonPanel } from './lesson/panel';
import { announce } from './say';
import { Strip } from './share/strip';
import { column, comparing, data, hello, lessonDoc, n } from './state';
import type { Stream } from './stream';
import { Banner } from './toolbar/banner';
import { Header, type Place } from './toolbar/header';
import { onKey } from './toolbar/keys';
import { Transport } from './toolbar/transport';

export function App({ stream, place }: { stream: Stream; place: Place }) {
  const hasLesson = !!lessonDoc.value;
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const el = ref.current;
    // Keys belong to the lab: they work when nothing else has the focus, too.
    const on = (e: KeyboardEvent) => {
      if (e.target === document.body || el?.contains(e.target as Node)) onKey(e);
    };
    addEventListener('keydown', on);
    return () => removeEventListener('keydown', on);
  }, []);
  return (
    <div ref={ref} class={`app col-${column.value}${hasLesson ? '' : ' no-lesson'}${comparing.value ? ' comparing' : ''}`}>
      <Header stream={stream} place={place} />
      <Strip session={place.session} />
      <Columns hasLesson={hasLesson} />
      <div class="cols">
        {hasLesson && (
          <aside class="left" aria-label={t('lab.lesson')}>
            <LessonPanel />
          </aside>
        )}
        <Canvas />
        <Inspector />
      </div>
      <Banner stream={stream} />
      <Transport />
      <Dialogs />
      <Live />
    </div>
  );
}

/** On a narrow page one column is shown at a time. */
function Columns({ hasLesson }: { hasLesson: boolean }) {
  const tabs = (['diagram', 'lesson', 'inspect'] as const).filter((x) => x !== 'lesson' || hasLesson);
  return (
    <nav class="columns" aria-label={t('lab.columns')}>
      {tabs.map((x) => (
        <button
          key={x}
          type="button"
          aria-pressed={column.value === x}
          onClick={() => {
            column.value = x;
          }}
        >
          {t(`lab.column-${x}`)}
        </button>
      ))}
    </nav>
  );
}

/** Says each event to those who do not see it. */
function Live() {
  const ref = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const d = data.value;
    const f = d?.frame(n.value);
    if (ref.current) ref.current.textContent = f && d ? announce(f, d, hello.value?.hosts ?? []) : '';
  });
  return <div class="sr" aria-live="polite" ref={ref} />;
}
