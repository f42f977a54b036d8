import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import * as after from './after';
import { Canvas } from './canvas/canvas';
import { comparing } from './compare/state';
import { Dialogs } from './dialogs/dialogs';
import { Inspector } from './inspect/inspector';
import { LeftColumn } from './left/column';
import { MovesMade } from './left/moves';
import { leftTab } from './left/state';
import { LessonPanel } from './lesson/panel';
import { there } from './lesson/steer';
import { GoalStrip } from './phone/goal';
import { narrow } from './phone/narrow';
import { Sheet } from './phone/sheet';
import { announce } from './say';
import { Strip } from './share/strip';
import { hello, lessonDoc, tab, wide } from './state';
import type { Stream } from './stream';
import { Banner } from './toolbar/banner';
import { Header, type Place } from './toolbar/header';
import { onKey } from './toolbar/keys';
import { Transport } from './toolbar/transport';
import { Later } from './ui/later';

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
    <div ref={ref} class={`app${narrow.value ? ' narrow' : ''}${!hasLesson && leftTab.value === 'text' ? ' writing' : ''}${comparing.value ? ' comparing' : ''}${shellRoom()}`}>
      <Header stream={stream} place={place} />
      <Strip session={place.session} />
      {comparing.value ? <Later>{(m) => <m.Compare />}</Later> : <Parts hasLesson={hasLesson} session={place.session} />}
      <Banner stream={stream} />
      <Dialogs />
      <Live />
    </div>
  );
}

/** The shell has the room of the diagram where one wants it, and where a step shows no diagram; then the question stays beside it. */
function shellRoom(): string {
  if (narrow.value || tab.value !== 'shell') return '';
  if (!there('diagram')) return ' wide-shell led';
  return wide.value ? ' wide-shell' : '';
}

/** What there is but in a comparison: the columns, and moving in time. */
function Parts({ hasLesson, session }: { hasLesson: boolean; session: string }) {
  const left = hasLesson ? (
    <>
      <LessonPanel />
      <MovesMade title={t('left.step-moves')} />
    </>
  ) : (
    <LeftColumn session={session} />
  );
  return (
    <>
      {narrow.value && <GoalStrip />}
      <div class="cols">
        {!narrow.value && (
          <aside class="left" aria-label={t(hasLesson ? 'lab.lesson' : 'left.column')}>
            {left}
          </aside>
        )}
        <Canvas />
        {!narrow.value && <Inspector />}
      </div>
      {narrow.value && <Sheet left={left} />}
      <Transport />
    </>
  );
}

/** Says each event to those who do not see it. */
function Live() {
  const ref = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const d = after.data.value;
    const f = d?.frame(after.n.value);
    if (ref.current) ref.current.textContent = f && d ? announce(f, d, hello.value?.hosts ?? []) : '';
  });
  return <div class="sr" aria-live="polite" ref={ref} />;
}
