import type { Editor } from './editor/editor';
import type { Mistake } from './editor/words';
import { load, t } from './i18n';
import { check, loadEditor, words } from './lab/left/draft';

// The page for a scene of one's own: its form works by itself; here its text gets the
// editor, with what is wrong told at its line while one types.

function list(box: HTMLElement, wrong: Mistake[], goTo: (m: Mistake) => void): void {
  const ul = document.createElement('ul');
  for (const m of wrong) {
    const b = document.createElement('button');
    b.type = 'button';
    b.className = 'link';
    b.textContent = t('left.at-line', { line: m.line });
    b.addEventListener('click', () => goTo(m));
    const li = document.createElement('li');
    const said = document.createElement('span');
    said.textContent = m.text;
    if (m.lang) said.lang = m.lang;
    li.append(b, ' ', said);
    ul.append(li);
  }
  const head = document.createElement('p');
  head.textContent = wrong.length ? t('left.wrong', { n: wrong.length }) : t('left.right');
  const div = document.createElement('div');
  div.className = wrong.length ? 'wrong' : 'ref';
  div.setAttribute('role', 'status');
  div.append(head, ...(wrong.length ? [ul] : []));
  box.replaceChildren(div);
}

/** Shows a line of a plain text field: the server said that it is wrong. */
function select(area: HTMLTextAreaElement, line: number): void {
  const lines = area.value.split('\n');
  const from = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
}

async function main(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>('form.paste');
  const area = form?.querySelector('textarea');
  const box = document.getElementById('paste-wrong');
  if (!form || !area || !box) return;
  const line = Number(form.dataset.line ?? 0);
  if (line) select(area, line);
  await load(document.documentElement.lang || 'en');
  const [lib, w] = await Promise.all([loadEditor(), words()]);
  const host = document.createElement('div');
  host.className = 'editor';
  area.before(host);
  let editor: Editor | undefined;
  editor = lib.mount(host, {
    text: area.value,
    at: 0,
    label: form.dataset.label ?? '',
    describedBy: t('left.editor-help').replace(/\{key ([^}]*)\}/g, '$1'),
    words: w,
    check,
    changed: (text) => {
      area.value = text;
    },
    wrong: (found) => list(box, found, (m) => editor?.goTo(m)),
    run: () => form.requestSubmit(),
    leave: () => form.querySelector<HTMLElement>('button[type=submit]')?.focus(),
  });
  host.dataset.ready = '';
  area.hidden = true;
  if (line) editor.goTo({ line, column: 0, end: 0, text: '', what: '' });
}

void main().catch(() => undefined); // the form is still there
