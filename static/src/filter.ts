// A list that narrows while one types, and by the links beside it.

/** The properties that links narrow a list by: those of the page, each with what is chosen. */
function facets(narrow: () => void): Map<string, string> {
  const chosen = new Map<string, string>();
  const links = [...document.querySelectorAll<HTMLAnchorElement>('[data-facet]')];
  for (const a of links) {
    const { facet = '', value = '' } = a.dataset;
    if (a.hasAttribute('aria-current')) chosen.set(facet, value);
    a.addEventListener('click', (e) => {
      if (e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      chosen.set(facet, value);
      for (const b of links) {
        if (b.dataset.facet !== facet) continue;
        if (b === a) b.setAttribute('aria-current', 'true');
        else b.removeAttribute('aria-current');
      }
      narrow();
    });
  }
  return chosen;
}

/** Hides what does not hold every word that is typed, or has another value than is chosen. */
export function filter(input: HTMLInputElement): void {
  const items = [...document.querySelectorAll<HTMLElement>('[data-find]')].map((el) => ({ el, text: `${el.id}\n${el.textContent}\n${el.dataset.find}`.toLowerCase() }));
  const groups = [...document.querySelectorAll<HTMLElement>('[data-group]')];
  const nothing = document.querySelector<HTMLElement>('[data-nothing]:not(input)');
  const whole = document.querySelectorAll<HTMLElement>('[data-whole]'); // makes sense only for the whole list
  const count = document.querySelector<HTMLElement>('[data-count]');
  input.form?.querySelector<HTMLElement>('button')?.setAttribute('hidden', '');
  const narrow = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const { el, text } of items) {
      el.hidden = !words.every((w) => text.includes(w)) || [...chosen].some(([name, value]) => value && el.dataset[name] !== value);
      if (!el.hidden) n++;
    }
    for (const g of groups) g.hidden = !g.querySelector('[data-find]:not([hidden])');
    for (const w of whole) w.hidden = words.length > 0;
    if (nothing) nothing.hidden = n > 0;
    if (count?.dataset.count) count.textContent = words.length || chosen.size ? count.dataset.count.replace('{n}', String(n)) : '';
    const url = new URL(location.href);
    for (const [name, value] of [...chosen, ['q', input.value.trim()]]) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    history.replaceState(null, '', url);
  };
  const chosen = facets(narrow);
  input.addEventListener('input', narrow);
  input.form?.addEventListener('submit', (e) => e.preventDefault());
}
