// The texts of a lesson: a tab and a field for each, of which one is shown.

interface Part {
  host: HTMLElement;
  area: HTMLTextAreaElement;
  box: HTMLElement;
  tab: HTMLButtonElement;
}

export class Files {
  /** The texts as the server gave them. */
  readonly first: Record<string, string>;
  chosen: (name: string) => void = () => undefined;
  private parts = new Map<string, Part>();
  private tabs = document.createElement('div');
  private section: HTMLElement;
  private now = '';

  constructor(
    form: HTMLFormElement,
    private kept: (texts: string | null) => void,
  ) {
    this.section = form.querySelector('.write-texts') as HTMLElement;
    this.tabs.className = 'tabs';
    this.tabs.setAttribute('role', 'tablist');
    for (const box of this.section.querySelectorAll<HTMLElement>('.write-file')) this.add(box.dataset.file ?? '', box);
    this.first = this.texts();
    this.section.prepend(this.tabs);
    this.tabs.addEventListener('keydown', (e) => this.key(e));
  }

  names(): string[] {
    return [...this.parts.keys()];
  }

  of(name: string): Part {
    return this.parts.get(name) as Part;
  }

  texts(): Record<string, string> {
    return Object.fromEntries([...this.parts].map(([name, p]) => [name, p.area.value]));
  }

  /** Keeps what differs from what the server gave. */
  keep(): void {
    const text = JSON.stringify(this.texts());
    this.kept(text === JSON.stringify(this.first) ? null : text);
  }

  /** Takes texts that were kept; false: they are the same, or none. */
  take(text: string): boolean {
    try {
      const texts = JSON.parse(text);
      if (typeof texts['lesson.yaml'] !== 'string' || text === JSON.stringify(this.first)) return false;
      this.put(texts);
      return true;
    } catch {
      return false;
    }
  }

  put(texts: Record<string, string>): void {
    const now = this.now;
    for (const [name, p] of this.parts) {
      p.box.remove();
      p.tab.remove();
      this.parts.delete(name);
    }
    for (const [name, text] of Object.entries(texts)) {
      const box = document.createElement('div');
      box.className = 'write-file';
      const area = document.createElement('textarea');
      area.name = name;
      area.value = text;
      box.append(area);
      this.section.append(box);
      this.add(name, box);
    }
    this.keep();
    this.choose(this.parts.has(now) ? now : this.names()[0]);
  }

  private add(name: string, box: HTMLElement): void {
    const area = box.querySelector('textarea') as HTMLTextAreaElement;
    const host = document.createElement('div');
    host.className = 'editor';
    box.querySelector('label')?.remove();
    area.hidden = true;
    area.before(host);
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.textContent = name;
    tab.id = `tab-${name}`;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', `panel-${name}`);
    tab.addEventListener('click', () => this.choose(name));
    box.id = `panel-${name}`;
    box.setAttribute('role', 'tabpanel');
    box.setAttribute('aria-labelledby', tab.id);
    box.hidden = true;
    this.tabs.append(tab);
    this.parts.set(name, { host, area, box, tab });
  }

  choose(name: string): void {
    if (!this.parts.has(name)) return;
    this.now = name;
    for (const [other, p] of this.parts) {
      p.box.hidden = other !== name;
      p.tab.setAttribute('aria-selected', String(other === name));
      p.tab.tabIndex = other === name ? 0 : -1;
    }
    this.chosen(name);
  }

  /** Says beside a name how many things are wrong in it. */
  mark(wrong: (name: string) => number): void {
    for (const [name, p] of this.parts) {
      const n = wrong(name);
      p.tab.textContent = n ? `${name} ✗ ${n}` : name;
      p.tab.classList.toggle('wrong', n > 0);
    }
  }

  private key(e: KeyboardEvent): void {
    const names = this.names();
    const i = names.indexOf(this.now);
    const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: names.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    this.choose(names[(to + names.length) % names.length]);
    this.parts.get(this.now)?.tab.focus();
  }
}
