import { signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Editor } from '../../editor/editor';
import type { Mistake } from '../../editor/words';
import { t } from '../../i18n';
import { compare } from '../compare/open';
import { Spans } from '../lesson/text';
import { data } from '../state';
import { Icon } from '../ui/Icon';
import { check, draft, forgetDraft, keepDraft, loadEditor, resume, run, words } from './draft';
import { type SceneDoc, sourceHere, toWrite } from './state';

const wrong = signal<Mistake[] | null>(null); // null: not looked at yet
const running = signal(false);
const failed = signal(false);
const changed = signal(false);
const before = signal<Record<number, number>>({}); // branch that runs a text → the one that it was written beside

/** The text of the scene in an editor, and the run beside it. */
export function SceneText({ doc, session }: { doc: SceneDoc; session: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const source = sourceHere(doc);
  const begun = useRef(draft(session) ?? source);
  const typed = (text: string) => {
    changed.value = text !== source;
    keepDraft(session, text, source);
  };
  const { host, editor } = useEditor({ area, session, text: begun.current, typed, start: () => void start(), leave: () => button.current?.focus() });
  const start = async () => {
    if (running.peek()) return;
    running.value = true;
    const text = editor.current?.text() ?? area.current?.value ?? begun.current;
    const from = data.peek()?.id ?? 0;
    const list = await run(text, session, editor.current?.at() ?? 0);
    running.value = false;
    if (!list) return;
    if (!list.length) before.value = { ...before.peek(), [data.peek()?.id ?? 0]: from };
    wrong.value = list;
    editor.current?.show(list);
    if (list[0]) editor.current?.goTo(list[0]);
  };
  const revert = () => {
    editor.current?.replace(source);
    if (area.current) area.current.value = source;
    forgetDraft(session);
    changed.value = false;
  };
  useEffect(() => {
    const text = editor.current?.text() ?? begun.current;
    if (text !== source && draft(session) === null) revert(); // on another branch, with nothing of one's own
    changed.value = draft(session) !== null && text !== source;
  }, [session, source]);
  useEffect(() => {
    if (!toWrite.value) return;
    toWrite.value = false;
    (editor.current ?? area.current)?.focus();
  }, [toWrite.value]);
  const was = before.value[data.value?.id ?? 0];
  return (
    <div class="scene-text">
      <div class="left-head">
        <button ref={button} type="button" class="primary" disabled={running.value || !!wrong.value?.length} onClick={start}>
          <Icon name="play" /> {t(running.value ? 'left.running' : 'left.run')}
        </button>
        {changed.value && (
          <button type="button" class="small" onClick={revert}>
            {t('left.revert')}
          </button>
        )}
        {was !== undefined && !changed.value && (
          <button type="button" class="small" onClick={() => compare(was)}>
            <Icon name="arrows" /> {t('left.compare')}
          </button>
        )}
      </div>
      <div class="editor" ref={host} onKeyDown={(e) => e.key !== 'F6' && e.stopPropagation()}>
        <textarea ref={area} aria-label={t('left.editor')} spellcheck={false} defaultValue={begun.current} onInput={(e) => typed(e.currentTarget.value)} />
      </div>
      <Wrong goTo={(m) => editor.current?.goTo(m)} />
      <p class="ref help">
        <Spans list={keysIn(t('left.editor-help'))} /> {t('left.kept')}
      </p>
      {failed.value && <p class="ref">{t('left.editor-failed')}</p>}
    </div>
  );
}

interface Wanted {
  area: RefObject<HTMLTextAreaElement | null>;
  session: string;
  text: string;
  typed: (text: string) => void;
  start: () => void;
  leave: () => void;
}

/** Puts the editor where the plain text field stands, once it is there; until then that one works. */
function useEditor(o: Wanted) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const latest = useRef(o);
  latest.current = o;
  useEffect(() => {
    let gone = false;
    wrong.value = null;
    const back = resume(o.session);
    void Promise.all([loadEditor(), words()]).then(
      ([lib, w]) => {
        if (gone || !host.current) return;
        const focused = document.activeElement === o.area.current;
        editor.current = lib.mount(host.current, {
          text: o.area.current?.value ?? o.text,
          at: back?.at ?? 0,
          label: t('left.editor'),
          describedBy: t('left.editor-help').replace(/\{key ([^}]*)\}/g, '$1'),
          words: w,
          check,
          changed: (text) => latest.current.typed(text),
          wrong: (list) => {
            wrong.value = list;
          },
          run: () => latest.current.start(),
          leave: () => latest.current.leave(),
        });
        host.current.dataset.ready = '';
        if (back || focused) editor.current.focus();
      },
      () => {
        failed.value = true;
      },
    );
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, [o.session]);
  return { host, editor };
}

/** What is wrong, as a list that leads there; said politely to those who do not see it. */
function Wrong({ goTo }: { goTo: (m: Mistake) => void }) {
  const list = wrong.value;
  return (
    <div class="wrong-list" role="status">
      {list?.length === 0 && (
        <p class="ref right">
          <Icon name="check" /> {t('left.right')} {changed.value && t('left.changed')}
        </p>
      )}
      {!!list?.length && (
        <>
          <p>{t('left.wrong', { n: list.length })}</p>
          <ul>
            {list.map((m) => (
              <li key={`${m.line}.${m.column}`}>
                <button type="button" class="link" onClick={() => goTo(m)}>
                  {t('left.at-line', { line: m.line })}
                </button>{' '}
                <span lang={m.lang}>{m.text}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

const keysIn = (s: string) => s.split(/(\{key [^}]*\})/).map((x) => (x.startsWith('{key ') ? { kbd: x.slice(5, -1) } : { t: x }));
