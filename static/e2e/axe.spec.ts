import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './lab';

/** Every rule of axe, best practice too, at every place: a new page or dialog is one row. */
interface Place {
  name: string;
  path: string;
  go?: (page: Page) => Promise<unknown>;
  steps?: number; // of the lab, first
}

const press = (key: string) => (page: Page) => page.keyboard.press(key);
const tab = (id: string) => (page: Page) => page.locator(`#tab-${id}`).click();
const menu = (command: string) => (page: Page) => page.locator(`[data-command="${command}"]`).click();
const lossy = '/lab?scene=lossy-link';

const pages: Place[] = [
  { name: 'home', path: '/' },
  { name: 'rules', path: '/rules?q=retransmi' },
  { name: 'settings', path: '/sysctls?q=tcp_syn' },
  { name: 'claims', path: '/claims?topic=queues', go: (page) => page.locator('article.claim:visible summary').first().click() },
  { name: 'drills', path: '/drills' },
  { name: 'symptoms', path: '/symptoms', go: (page) => page.locator('main summary').first().click() },
  { name: 'search', path: '/search?q=syn' },
  { name: 'nothing found', path: '/search?q=zzzz' },
  { name: 'a script with its result', path: '/scripts', go: (page) => page.locator('main form button').last().click() },
  { name: 'no such page', path: '/nothing' },
  { name: 'no such session', path: '/lab/nothing' },
];

const labs: Place[] = [
  { name: 'a scene at its start', path: lossy },
  { name: 'a lesson with its question', path: '/lessons/handshake' },
  { name: 'a lesson on its way', path: '/lessons/lost-syn', steps: 3 },
  { name: 'the table', path: lossy, steps: 6, go: press('d') },
  { name: 'the chart', path: lossy, steps: 6, go: press('s') },
  { name: 'the text of the scene', path: lossy, go: press('t') },
  { name: 'a segment and what can be done', path: lossy, steps: 6, go: press('x') },
  { name: 'keys', path: lossy, go: press('?') },
  { name: 'looking for', path: lossy, go: press('/') },
  { name: 'host', path: lossy, go: press('Shift+H') },
  { name: 'call', path: lossy, go: press('Shift+C') },
  { name: 'forge', path: lossy, steps: 8, go: press('Shift+F') },
  { name: 'share', path: lossy, go: press('Shift+S') },
  { name: 'until', path: lossy, go: menu('until') },
  { name: 'branches', path: lossy, go: menu('branches') },
  { name: 'export', path: lossy, go: menu('export') },
  { name: 'filter', path: '/lab?scene=many-clients', steps: 8, go: menu('filter') },
  ...['sockets', 'queues', 'window', 'charts', 'timers', 'sysctl', 'header', 'shell'].map((id) => ({ name: `tab ${id}`, path: '/lab?scene=many-clients', steps: 8, go: tab(id) })),
];

async function look(page: Page, where: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((x) => x.target).join(' ')}`);
}

/** One load of the page is looked at in both themes and at both widths. */
async function everyLook(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ]) {
    await page.setViewportSize({ width, height });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    for (const theme of ['light', 'dark']) {
      await page.evaluate((t) => {
        document.documentElement.dataset.theme = t;
      }, theme);
      found.push(...(await look(page, `${name}, ${width}, ${theme}`)));
    }
  }
  return found;
}

for (const lang of ['en', 'zh-CN']) {
  for (const p of pages) {
    test(`${p.name}, ${lang}: axe finds nothing`, async ({ page }) => {
      test.slow(); // the reference is long
      await page.goto(`${p.path}${p.path.includes('?') ? '&' : '?'}lang=${lang}`);
      await p.go?.(page);
      await page.waitForLoadState();
      expect(await everyLook(page, p.name)).toEqual([]);
    });
  }
  // In parts, so that several workers share them.
  for (const part of [0, 1, 2]) {
    test(`lab, ${lang}, part ${part + 1}: axe finds nothing`, async ({ lab, page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      for (const p of labs.filter((_, i) => i % 3 === part)) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await lab.open(`${p.path}${p.path.includes('?') ? '&' : '?'}lang=${lang}`);
        const before = await page.locator('.where').textContent();
        for (let i = 0; i < (p.steps ?? 0); i++) await page.keyboard.press('ArrowRight');
        if (p.steps) await expect(page.locator('.where')).not.toHaveText(before ?? '');
        await p.go?.(page);
        await lab.still();
        expect(await everyLook(page, p.name)).toEqual([]);
      }
    });
  }
}
