import type { Editor } from './editor/editor';
import type { Mistake, Words } from './editor/words';
import { load, t } from './i18n';
import { keep, kept } from './kept';
import { loadEditor, words } from './lab/left/draft';
import { type Answer, asked } from './write/answer';
import { Files } from './write/files';
import { fieldsAfter, sectionsAfter } from './write/offer';

// The page on which a lesson is written. Its form works by itself; here each text gets an editor, what is typed
// is kept in this browser, and what the server says of it is asked for while one types.

interface Shown {
  editor: Editor;
  mistakes: Mistake[];
}

class Page {
  private editors = new Map<string, Shown>();
  private said: Answer | null = null;
  private note: HTMLElement; // what was done, with what can be done about it
  private busy: HTMLElement; // that the server is asked, or did not answer

  constructor(
    private form: HTMLFormElement,
    private files: Files,
    private words: Words,
    private lib: Awaited<ReturnType<typeof loadEditor>>,
  ) {
    this.note = status();
    this.busy = status();
    form.querySelector('.write-acts')?.after(this.note, this.busy);
    files.chosen = (name) => this.open(name);
    form.addEventListener('submit', (e) => this.submit(e));
    form.addEventListener('change', (e) => e.target instanceof HTMLSelectElement && void this.ask(this.said?.played ?? false));
    const look = form.querySelector<HTMLElement>('[data-look]');
    if (look) look.hidden = true; // it looks by itself
    this.more();
  }

  /** What a page with scripts can do besides. */
  private more(): void {
    const box = this.form.querySelector('[data-more]');
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.accept = '.yaml,.scene,.md';
    input.hidden = true;
    input.addEventListener('change', () => void this.read([...(input.files ?? [])]));
    box?.append(
      button(t('write.open'), () => input.click()),
      button(t('write.again'), () => this.again()),
    );
    this.form.append(input); // it has no name: it is not sent
  }

  /** Shows the text of a file in its editor. */
  open(name: string): void {
    if (this.editors.has(name)) return;
    const { host, area } = this.files.of(name);
    const shown: Shown = { mistakes: this.said?.of(name, area.value) ?? [] } as unknown as Shown;
    shown.editor = this.lib.mount(host, {
      text: area.value,
      at: 0,
      label: (this.form.dataset.editor ?? '').replace('{name}', name),
      describedBy: t('write.keys'),
      words: name.endsWith('.scene') ? this.words : null,
      offer: (before) => (name.endsWith('.md') ? sectionsAfter(before, this.list('sections')) : fieldsAfter(before, this.list('fields'))),
      check: () => this.ask(false).then(() => shown.mistakes),
      changed: (text) => {
        area.value = text;
        this.files.keep();
      },
      wrong: () => undefined,
      run: () => void this.ask(true),
      leave: () => this.form.querySelector<HTMLElement>('button.primary')?.focus(),
    });
    this.editors.set(name, shown);
    host.dataset.ready = '';
  }

  private list(name: 'fields' | 'sections'): string[] {
    return (this.form.dataset[name] ?? '').split(' ');
  }

  /** Asks the server what it says of the texts; played: to their end. What it said of the same texts already stands. */
  async ask(play: boolean): Promise<void> {
    const form = new FormData(this.form);
    const now = JSON.stringify([...form]);
    if (this.said?.asked === now && (this.said.played || !play)) return;
    if (play) this.busy.textContent = t('write.checking');
    const got = await asked(play ? '/write/check' : '/write', form, now).catch(() => undefined);
    if (got === null) return; // another question took its place
    this.busy.textContent = got ? '' : t('write.failed');
    if (got) this.show(got);
  }

  private show(got: Answer): void {
    this.said = got;
    got.place((m) => this.goTo(m.file, m.mistake));
    for (const [name, x] of this.editors) {
      x.mistakes = got.of(name, this.files.of(name).area.value);
      x.editor.show(x.mistakes);
    }
    this.files.mark((name) => got.count(name));
  }

  private goTo(name: string, m: Mistake): void {
    this.files.choose(name);
    this.editors.get(name)?.editor.goTo(m);
  }

  private submit(e: SubmitEvent): void {
    this.files.keep();
    const to = (e.submitter as HTMLButtonElement | null)?.getAttribute('formaction') ?? '';
    const stuck = to === '/write/play' && this.said?.count();
    if (to !== '' && to !== '/write/check' && !stuck) return; // the browser takes the file, or opens the lab
    e.preventDefault();
    if (stuck) {
      this.busy.textContent = t('write.mend');
      return;
    }
    void this.ask(to !== '');
  }

  private again(): void {
    const was = this.files.texts();
    this.put(this.files.first);
    this.say(t('write.begun'), t('write.undo'), () => {
      this.put(was);
      this.note.textContent = '';
    });
  }

  /** Says something, with something to do about it. */
  say(what: string, label: string, act: () => void): void {
    this.note.replaceChildren(what, ' ', button(label, act));
  }

  private async read(list: File[]): Promise<void> {
    const texts: Record<string, string> = {};
    for (const f of list) texts[f.name] = (await f.text()).replaceAll('\r\n', '\n');
    if (!list.length) return;
    const was = this.files.texts();
    this.put(texts);
    this.say(t('write.opened', { n: list.length }), t('write.undo'), () => this.put(was));
  }

  /** Puts other texts in the place of all. */
  put(texts: Record<string, string>): void {
    for (const x of this.editors.values()) x.editor.destroy();
    this.editors.clear();
    this.files.put(texts);
    void this.ask(false);
  }

  restart(): void {
    this.say(t('write.kept'), t('write.again'), () => this.again());
  }
}

function status(): HTMLElement {
  const p = document.createElement('p');
  p.className = 'write-note';
  p.setAttribute('role', 'status');
  return p;
}

function button(text: string, act: () => void): HTMLButtonElement {
  const b = document.createElement('button');
  b.type = 'button';
  b.textContent = text;
  b.addEventListener('click', act);
  return b;
}

async function main(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>('form.write');
  if (!form) return;
  await load(document.documentElement.lang || 'en');
  const [lib, w] = await Promise.all([loadEditor(), words()]);
  const name = `wirestep.write.${form.dataset.write}`;
  const files = new Files(form, (texts) => keep(name, texts));
  const page = new Page(form, files, w, lib);
  const old = kept(name);
  if (old && files.take(old)) page.restart();
  files.choose(files.names()[0]);
  await page.ask(false);
}

void main().catch(() => undefined); // the form is still there
