import { existsSync, readdirSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './lab';

// Lessons played by somebody who has never seen one, and who has nothing but the
// screen: what can be read on it, and controls found by their names. Six a run,
// drawn by a seed; NEWCOMER=seed draws the same ones again, NEWCOMER=all plays all.

const seed = process.env.NEWCOMER ?? ''; // the configuration draws one, the same for every worker
const MOST = 40; // acts that one step of a lesson takes at most
const slugs = readdirSync('lessons').filter((slug) => existsSync(`lessons/${slug}/lesson.yaml`) && slug !== 'testdata');

/** A small hash: the order of the lessons in a run. */
function rank(text: string): number {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return (h ^ (h >>> 15)) >>> 0;
}

const drawn = [...slugs].sort((a, b) => rank(seed + a) - rank(seed + b));
const sizes = [
  { name: 'by mouse', viewport: { width: 1440, height: 900 }, hasTouch: false },
  { name: 'by touch', viewport: { width: 390, height: 844 }, hasTouch: true },
];

class Newcomer {
  constructor(
    private page: Page,
    private touch: boolean,
  ) {}

  private async press(what: Locator): Promise<void> {
    if (this.touch) await what.tap();
    else await what.click();
  }

  /** A button of that name which can be pressed now. */
  private async button(name: string): Promise<Locator | null> {
    for (const b of await this.page.getByRole('button', { name, exact: true }).all()) if ((await b.isVisible()) && (await b.isEnabled())) return b;
    return null;
  }

  /** Which step this is, and of how many; null where something else is on the screen. */
  async step(): Promise<{ n: number; of: number } | null> {
    const heading = this.page.getByRole('heading', { name: /^Step \d+ of \d+$/ });
    if (!(await heading.count())) return null;
    const [, n, of] = /(\d+) of (\d+)/.exec((await heading.textContent()) ?? '') ?? [];
    return { n: Number(n), of: Number(of) };
  }

  /** Makes an answer of whatever kind is asked for: a guess, the same for all. */
  private async guess(): Promise<string> {
    const question = this.page.getByRole('group', { name: 'Predict before you step' }).or(this.page.getByRole('region', { name: 'Predict before you step' }));
    if (!(await question.count())) return '';
    const open = question.getByRole('heading', { name: /^(Predict before you step|What caused it\?)$/ });
    const order = question.getByRole('list', { name: /^Put these in order/ });
    const fields = question.getByRole('textbox');
    const radios = question.getByRole('radio');
    const causes = question.getByRole('listitem').getByRole('button');
    if (await order.count()) await this.press(order.getByRole('button', { name: 'Down', exact: true }).first());
    else if (await fields.count()) await this.type(fields.first());
    else if ((await radios.count()) && (await radios.first().isEnabled())) await this.press(question.locator('label').first());
    else if ((await open.count()) && (await causes.count())) {
      await this.press(causes.first());
      return 'chose a cause';
    } else return '';
    const lock = await this.button('Lock in');
    if (lock) await this.press(lock);
    return lock ? 'answered' : '';
  }

  /** A number that is taken: the page says when one lies beyond the axis. */
  private async type(field: Locator): Promise<void> {
    for (const text of ['1', '0.1', '0.01', '0.001']) {
      await field.fill(text);
      if (await this.button('Lock in')) return;
    }
  }

  /** All that the lesson says now; a comparison stands in its place. */
  async reads(): Promise<string> {
    const lesson = this.page.locator('.lesson');
    return ((await lesson.count()) ? await lesson.textContent() : await this.page.getByRole('main').textContent()) ?? '';
  }

  /** One act, the first of these that the screen offers; which one it was. */
  async act(): Promise<string> {
    for (const does of [
      () => this.first('End comparing'),
      () => this.lesson(),
      () => this.guess(),
      () => this.first('Do it for me', 'Run until then', 'Return to the lesson', 'See it happen', 'Next'),
    ]) {
      const did = await does();
      if (did) return did;
    }
    return '';
  }

  /** On a phone the lesson may be behind what was touched last. */
  private async lesson(): Promise<string> {
    const b = await this.button('Lesson');
    if (!b || (await b.getAttribute('aria-pressed')) !== 'false') return '';
    await this.press(b);
    return 'Lesson';
  }

  private async first(...names: string[]): Promise<string> {
    for (const name of names) {
      const b = await this.button(name);
      if (!b) continue;
      await this.press(b);
      return name;
    }
    return '';
  }
}

/** What no page may say to anybody. */
const broken = /undefined|NaN|\[object|\bnull\b|\{[a-z]+\}/;

async function play(page: Page, slug: string, touch: boolean): Promise<void> {
  await page.goto(`/lessons/${slug}?lang=en`);
  const reader = new Newcomer(page, touch);
  await expect(page.getByRole('heading', { name: /^Step 1 of/ })).toBeVisible();
  const end = page.getByText('This is the end of the lesson.');
  let at = { n: 1, of: 0 };
  let acts: string[] = [];
  while (!(await end.count())) {
    const before = await reader.reads();
    const did = await reader.act();
    acts.push(did);
    // Whatever one presses, something comes of it, and it is read.
    if (did) await expect.poll(() => reader.reads(), `${slug}, step ${at.n}: ${did} does nothing; so far ${acts.join(', ')}`).not.toBe(before);
    const now = await reader.step();
    if (now && now.n !== at.n) {
      expect(now.n, `${slug}: the step after ${at.n}`).toBe(at.n + 1);
      [at, acts] = [now, []];
      await expect(page.locator('.lesson'), `${slug}, step ${now.n}`).not.toContainText(broken);
    }
    if (!did) await page.waitForFunction(() => new Promise((done) => requestAnimationFrame(() => done(true))));
    expect(acts.length, `${slug}, step ${at.n}: nothing on the screen leads on; so far ${acts.filter((x) => x).join(', ')}`).toBeLessThan(MOST);
  }
  expect(at.n, `${slug}: the end comes after the last step`).toBe(at.of);
}

for (const [i, size] of sizes.entries()) {
  test.describe(size.name, () => {
    test.use({ viewport: size.viewport, hasTouch: size.hasTouch });
    const mine = process.env.NEWCOMER === 'all' ? slugs : drawn.slice(3 * i, 3 * i + 3);
    for (const slug of mine) test(`${slug} is played to its end from the screen alone (seed ${seed})`, async ({ page }) => play(page, slug, size.hasTouch));
  });
}
