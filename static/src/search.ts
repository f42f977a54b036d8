/** What the server answers. */
interface Found {
  kind: string;
  label: string;
  title: string;
  text: string;
  href: string;
}

const MOST = 12; // that are shown below the field; Enter leads to all of them

/** A field with a list of what is found below it, walked by the arrow keys. */
export class SearchBox {
  private list = document.createElement('ul');
  private at = -1;
  private asked: AbortController | undefined;
  private timer = 0;

  constructor(private input: HTMLInputElement) {
    const { list } = this;
    list.id = 'search-found';
    list.className = 'search-found';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', input.getAttribute('aria-label') ?? '');
    list.hidden = true;
    input.after(list);
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', list.id);
    input.setAttribute('aria-expanded', 'false');
    input.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(), 120);
    });
    input.addEventListener('keydown', (e) => this.key(e));
    input.addEventListener('blur', () => this.close());
    list.addEventListener('pointerdown', (e) => e.preventDefault()); // the field keeps the focus
    list.addEventListener('click', (e) => this.open((e.target as HTMLElement).closest('[role=option]')));
  }

  private close(): void {
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  private open(o: Element | null): boolean {
    const href = o instanceof HTMLElement ? o.dataset.href : undefined;
    if (href) location.assign(href);
    return !!href;
  }

  private mark(to: number): void {
    const all = [...this.list.querySelectorAll<HTMLElement>('[data-href]')];
    if (!all.length) return;
    this.at = (to + all.length) % all.length;
    all.forEach((o, i) => {
      o.setAttribute('aria-selected', String(i === this.at));
    });
    this.input.setAttribute('aria-activedescendant', all[this.at].id);
    all[this.at].scrollIntoView({ block: 'nearest' });
  }

  private show(found: Found[], q: string): void {
    const none = { kind: 'none', label: '', title: '', text: (this.input.dataset.nothing ?? '').replace('{q}', q), href: '' };
    this.list.replaceChildren(...(found.length ? found.slice(0, MOST) : [none]).map(option));
    this.list.hidden = false;
    this.at = -1;
    this.input.setAttribute('aria-expanded', 'true');
    this.input.removeAttribute('aria-activedescendant');
  }

  private async ask(): Promise<void> {
    this.asked?.abort();
    const q = this.input.value.trim();
    if (!q) {
      this.close();
      return;
    }
    this.asked = new AbortController();
    try {
      const r = await fetch(`/api/search?q=${encodeURIComponent(q)}&lang=${encodeURIComponent(this.input.dataset.search ?? 'en')}`, { signal: this.asked.signal });
      if (r.ok && document.activeElement === this.input) this.show(await r.json(), q);
    } catch {
      // Another question was asked meanwhile, or there is no network: the form still works.
    }
  }

  private key(e: KeyboardEvent): void {
    if (e.isComposing) return;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (this.list.hidden) void this.ask();
      else this.mark(e.key === 'ArrowDown' ? this.at + 1 : Math.max(this.at, 0) - 1);
    } else if (e.key === 'Escape' && !this.list.hidden) {
      e.preventDefault();
      this.close();
    } else if (e.key === 'Enter' && this.open(this.list.querySelector('[aria-selected=true]'))) {
      e.preventDefault();
    }
  }
}

function option(f: Found, i: number): HTMLElement {
  const li = document.createElement('li');
  li.id = `search-found-${i}`;
  li.setAttribute('role', 'option');
  li.setAttribute('aria-selected', 'false');
  if (f.href) li.dataset.href = f.href;
  else li.setAttribute('aria-disabled', 'true');
  const title = document.createElement(f.kind === 'rule' || f.kind === 'sysctl' ? 'code' : 'b');
  title.textContent = f.title.replace(/^net\.ipv4\./, '');
  const kind = document.createElement('span');
  kind.className = 'quiet';
  kind.textContent = f.label;
  const text = document.createElement('span');
  text.className = 'text';
  text.textContent = f.text;
  li.append(title, kind, text);
  return li;
}
