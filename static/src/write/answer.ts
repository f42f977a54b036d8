import type { Mistake } from '../editor/words';
import { t } from '../i18n';

// What the server says of the texts: its page, of which the part with the verdict is taken over. A page that is
// parsed by the browser for a request runs nothing.

/** One thing wrong, and in which file. */
export interface Placed {
  file: string;
  mistake: Mistake;
}

let running: XMLHttpRequest | null = null;

/** Asks; null: another question was asked before this one was answered. */
export function asked(to: string, form: FormData, now: string): Promise<Answer | null> {
  running?.abort();
  const x = new XMLHttpRequest();
  running = x;
  x.open('POST', to);
  x.responseType = 'document';
  return new Promise((done, fail) => {
    x.onload = () => {
      const result = x.responseXML?.getElementById('write-result');
      if (result) done(new Answer(result, now, to === '/write/check'));
      else fail(new Error(x.statusText));
    };
    x.onabort = () => done(null);
    x.onerror = () => fail(new Error('no answer'));
    x.send(form);
  });
}

export class Answer {
  private all: { li: HTMLElement; file: string; line: number; column: number; text: string; lang?: string }[];

  constructor(
    private result: HTMLElement,
    readonly asked: string, // the texts
    readonly played: boolean,
  ) {
    this.all = [...result.querySelectorAll<HTMLElement>('.write-wrong > li')].map((li) => {
      const what = li.querySelector<HTMLElement>('.what');
      return { li, file: li.dataset.file ?? '', line: Number(li.dataset.line), column: Number(li.dataset.column), text: what?.textContent ?? '', lang: what?.lang || undefined };
    });
  }

  /** How many things are wrong, in a file or in all. */
  count(file?: string): number {
    return this.all.filter((m) => file === undefined || m.file === file).length;
  }

  /** What is wrong in a file, each up to the end of the word at which it begins. */
  of(file: string, text: string): Mistake[] {
    const lines = text.split('\n');
    return this.all
      .filter((m) => m.file === file)
      .map((m) => {
        const rest = [...(lines[m.line - 1] ?? '')].slice(m.column - 1).join('');
        const word = m.column ? (/^[\w.$#-]+/.exec(rest)?.[0] ?? rest.slice(0, 1)) : '';
        return { line: m.line, column: m.column, end: m.column + [...word].length, text: m.text, what: m.text, lang: m.lang };
      });
  }

  /** Puts it into the page. The verdict stays the same element, so that a change of it is read aloud. */
  place(goTo: (m: Placed) => void): void {
    for (const m of this.all) {
      const at = m.li.querySelector('code.at');
      if (!at) continue;
      const b = document.createElement('button');
      b.type = 'button';
      b.className = 'link';
      at.replaceWith(b);
      b.append(at);
      b.addEventListener('click', () => goTo({ file: m.file, mistake: { line: m.line, column: m.column, end: m.column, text: '', what: '' } }));
    }
    const here = document.getElementById('write-result');
    const verdict = here?.querySelector('.write-verdict');
    const said = this.result.querySelector('.write-verdict');
    if (!here || !verdict || !said) return;
    verdict.className = said.className;
    verdict.replaceChildren(...said.childNodes);
    said.remove();
    const last = here.querySelector('.write-shown');
    const read = this.result.querySelector('.write-shown') !== null;
    for (const old of [...here.children]) if (old !== verdict && (old !== last || read)) old.remove();
    verdict.after(...this.result.children);
    if (last && !read && !last.classList.contains('older')) {
      const note = document.createElement('p');
      note.className = 'older-note';
      note.textContent = t('write.older');
      last.classList.add('older');
      last.prepend(note);
    }
  }
}
