import { readFileSync } from 'node:fs';
import { test as base, expect, type Page } from '@playwright/test';

/** A page that fails the test when the policy is broken or a script throws. */
export const test = base.extend<{ lab: Lab }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  baseURL: async ({}, use) => {
    await use(process.env.BASE_URL);
  },
  lab: async ({ page }, use) => {
    const wrong: string[] = [];
    page.on('pageerror', (e) => wrong.push(e.stack ?? e.message));
    page.on('console', (m) => {
      if (m.type() === 'error' && !/WebSocket|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION/.test(m.text())) wrong.push(m.text());
    });
    await use(new Lab(page));
    expect(wrong).toEqual([]);
  },
});

export { expect };

/** What a person does in the lab. */
export class Lab {
  constructor(readonly page: Page) {}

  /** Opens a lab or a lesson; some steps of a lesson show no diagram, and say so. */
  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await expect(this.page.locator('.dg-svg:visible, .veil.only').first()).toBeAttached();
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** A button of the row above the diagram, which a short row has behind "More". */
  async tool(name: string): Promise<void> {
    if (!(await this.button(name).isVisible())) await this.page.locator('.tools').getByRole('button', { name: 'More' }).click();
    await this.button(name).click();
  }

  /** A session from the text of a scene. */
  async scene(text: string): Promise<void> {
    const r = await this.page.request.post('/api/sessions', { data: { scene: text } });
    expect(r.status(), await r.text()).toBe(201);
    const { url, stream } = await r.json();
    await this.open(`${url}#own=${new URL(stream, 'http://localhost').searchParams.get('key')}`);
  }

  /** The scene of a lesson, without its questions; a parameter has the value that the scene gives it. */
  async run(slug: string): Promise<void> {
    const text = readFileSync(`lessons/${slug}/scene.scene`, 'utf8');
    await this.scene(text.replace(/\{[a-z-]+=([^}]*)\}/g, '$1'));
  }

  seg(id: number) {
    return this.page.locator(`[data-key="p${id}"]`);
  }

  /** Chooses a segment as the pointer does: at the middle of its line. */
  async click(id: number, button: 'left' | 'right' = 'left'): Promise<void> {
    const box = await this.seg(id)
      .locator('.hit, .whole')
      .evaluate((el: SVGPathElement) => {
        const p = el.getPointAtLength(el.getTotalLength() * 0.3);
        const m = el.getScreenCTM();
        return m ? { x: p.x * m.a + m.e, y: p.y * m.d + m.f } : null;
      });
    if (!box) throw new Error('no line');
    await this.page.mouse.click(box.x, box.y, { button });
  }

  async n(): Promise<number> {
    const text = await this.page.locator('.where').textContent();
    return Number(/(\d+) \//.exec(text ?? '')?.[1]);
  }

  async step(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) {
      const before = await this.n();
      await this.button('Step').click();
      await expect.poll(() => this.n()).toBe(before + 1);
    }
  }

  /** Steps, at most so often: not beyond the end. */
  async stepUpTo(times: number): Promise<void> {
    for (let i = 0; i < times && (await this.button('Step').isEnabled()); i++) await this.step();
  }

  /** Waits until fonts are there and nothing moves any more: two frames look the same. */
  async still(): Promise<void> {
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
    const look = () =>
      this.page.evaluate(
        () =>
          new Promise<string>((done) => {
            const now = () => `${document.querySelector('.dg')?.scrollTop} ${document.querySelector('.dg-svg')?.outerHTML}`;
            requestAnimationFrame(() => requestAnimationFrame(() => done(now())));
          }),
      );
    let before = '';
    await expect
      .poll(async () => {
        const now = await look();
        const same = now === before;
        before = now;
        return same && (await this.page.evaluate(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getTiming().iterations === Infinity)));
      })
      .toBe(true);
  }

  /** Steps until a segment has been sent. */
  async sent(id: number): Promise<void> {
    for (let i = 0; i < 30 && !(await this.seg(id).count()); i++) await this.step();
    await expect(this.seg(id)).toBeVisible();
  }

  /** Runs on through the menu "Until…". */
  async until(item: string): Promise<void> {
    await this.page.getByRole('button', { name: /Until/ }).click();
    await this.button(item).click();
  }

  /** Runs on until nothing is scheduled any more. */
  async toEnd(): Promise<void> {
    await this.until('The end');
    await expect(this.page.locator('.where')).not.toContainText('+');
    await expect(this.button('Step')).toBeDisabled();
  }

  /** The words of every segment on the diagram, as a screen reader gets them; scrolls through all. */
  async segments(): Promise<string[]> {
    await this.button('As table').click();
    const rows = await this.page.locator('.events-table tbody tr').allInnerTexts();
    await this.button('As table').click();
    return rows;
  }
}
