import type { Page } from '@playwright/test';
import axe from 'axe-core';
import { expect, test } from './lab';

/** Every rule of axe, best practice too, at every place: a new page or dialog is one row. */
interface Place {
  name: string;
  path: string;
  go?: (page: Page) => Promise<unknown>;
  steps?: number; // of the lab, first
  within?: string; // all that is new here: the rest of the page is another row's
}

/** Does one thing after the other. */
const and =
  (...list: ((page: Page) => Promise<unknown>)[]) =>
  async (page: Page) => {
    for (const one of list) await one(page);
  };
const click = (selector: string) => (page: Page) => page.locator(selector).first().click();
const seen = (selector: string) => (page: Page) => expect(page.locator(selector).first()).toBeVisible();
const press = (key: string) => (page: Page) => page.keyboard.press(key);
const tab = (id: string) => (page: Page) => page.locator(`#tab-${id}`).click();
const menu = (command: string) => (page: Page) => page.locator(`[data-command="${command}"]`).click();
const lossy = '/lab?scene=lossy-link';

const pages: Place[] = [
  { name: 'home', path: '/' },
  { name: 'rules', path: '/rules?q=retransmi' },
  { name: 'settings', path: '/sysctls?q=tcp_syn' },
  { name: 'claims', path: '/claims?topic=queues', go: (page) => page.locator('article.claim:visible summary').first().click() },
  { name: 'stories', path: '/stories' },
  { name: 'a story', path: '/stories/customers-cannot-get-in?look=web:nstat&try=accept|somaxconn' },
  { name: 'a closed story', path: '/stories/customers-cannot-get-in?look=web:nstat&try=flood|cookies' },
  { name: 'drills', path: '/drills' },
  { name: 'the inventory', path: '/inventory', go: click('.inventory-answers input') },
  { name: 'the code of a class', path: '/r?code=0OI' },
  { name: 'the editor of lessons', path: '/write', go: seen('.editor[data-ready] >> nth=0') },
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
  { name: 'a lesson that waits for a move', path: '/lessons/lost-syn' },
  { name: 'the table', path: lossy, steps: 6, go: press('d'), within: '.canvas' },
  { name: 'the chart', path: lossy, steps: 6, go: press('s'), within: '.canvas' },
  { name: 'the text of the scene', path: lossy, go: press('t'), within: 'aside.left, .sheet' },
  { name: 'a segment and what can be done', path: lossy, steps: 6, go: press('x') },
  { name: 'keys', path: lossy, go: press('?'), within: 'dialog' },
  { name: 'looking for', path: lossy, go: press('/'), within: 'dialog' },
  { name: 'what was found', path: lossy, steps: 6, go: and(press('/'), click('dialog .examples button'), seen('dialog [role=status] p')), within: 'dialog' },
  {
    name: 'a comparison',
    path: lossy,
    go: and(click('.left button:has-text("Replay"), .left button:has-text("重放")'), seen('.left [role=status]:not(:empty)'), press('k'), seen('#cmp-title')),
    within: '.cmp',
  },
  { name: 'a header that is edited', path: lossy, steps: 6, go: and(press('x'), press('e'), seen('dialog')), within: 'dialog' },
  { name: 'a picture to be saved', path: lossy, steps: 6, go: and(menu('export'), click('.menu:popover-open button'), seen('dialog')), within: 'dialog' },
  {
    name: 'the history of a number, one kept in view',
    path: lossy,
    steps: 6,
    go: and(tab('sockets'), click('#panel [data-value]'), seen('.history:popover-open td'), press('p')),
    within: 'aside.right, .sheet',
  },
  { name: 'the history of a timer of the diagram', path: lossy, steps: 6, go: and(click('.bracket-text[data-of]'), seen('.history:popover-open td')), within: ':popover-open' },
  { name: 'host', path: lossy, go: press('Shift+H'), within: 'dialog' },
  { name: 'call', path: lossy, go: press('Shift+C'), within: 'dialog' },
  { name: 'forge', path: lossy, steps: 8, go: press('Shift+F'), within: 'dialog' },
  { name: 'share', path: lossy, go: press('Shift+S'), within: 'dialog' },
  { name: 'until', path: lossy, go: menu('until'), within: ':popover-open' },
  { name: 'branches', path: lossy, go: menu('branches'), within: ':popover-open' },
  { name: 'export', path: lossy, go: menu('export'), within: ':popover-open' },
  { name: 'filter', path: '/lab?scene=many-clients', steps: 8, go: menu('filter'), within: ':popover-open' },
  ...['sockets', 'queues', 'window', 'charts', 'timers', 'sysctl', 'header', 'shell'].map((id) => ({
    name: `tab ${id}`,
    path: '/lab?scene=many-clients',
    steps: 8,
    go: tab(id),
    within: '#panel',
  })),
];

/**
 * Every place is looked at in each language, at each width and in each theme: in
 * English wide and light, in Chinese narrow and dark.
 */
const looks = [
  { lang: 'en', size: { width: 1440, height: 900 }, theme: 'light' },
  { lang: 'zh-CN', size: { width: 390, height: 844 }, theme: 'dark' },
];

async function found(page: Page, p: Place, { lang, size, theme }: (typeof looks)[number]): Promise<string[]> {
  await page.setViewportSize(size);
  await page.evaluate((t) => {
    document.documentElement.dataset.theme = t;
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, theme);
  // In the page itself: the builder of axe's own opens another one for each answer.
  await page.evaluate(axe.source);
  return page.evaluate(
    async ({ within, where }) => {
      const run = (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run;
      // A list that closes when the page gets narrow leaves the whole page to be looked at.
      const parts = [...document.querySelectorAll(within ?? ':root')].filter((e) => e.checkVisibility());
      const { violations } = await run({ include: parts.length ? parts : [document] } as never, { resultTypes: ['violations'], preload: false });
      return violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((x) => x.target).join(' ')}`);
    },
    { within: p.within, where: `${p.name}, ${lang}, ${size.width}, ${theme}` },
  );
}

for (const l of looks) {
  test(`pages, ${l.lang}: axe finds nothing`, async ({ page }) => {
    test.slow(); // the reference is long
    for (const p of pages) {
      await page.goto(`${p.path}${p.path.includes('?') ? '&' : '?'}lang=${l.lang}`);
      await p.go?.(page);
      await page.waitForLoadState();
      expect(await found(page, p, l)).toEqual([]);
    }
  });
  // In parts, so that several workers share them.
  for (const part of [0, 1]) {
    test(`lab, ${l.lang}, part ${part + 1}: axe finds nothing`, async ({ lab, page }) => {
      test.slow();
      await page.emulateMedia({ reducedMotion: 'reduce' });
      for (const p of labs.filter((_, i) => i % 2 === part)) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await lab.open(`${p.path}${p.path.includes('?') ? '&' : '?'}lang=${l.lang}`);
        const before = await page.locator('.where').textContent();
        for (let i = 0; i < (p.steps ?? 0); i++) await page.keyboard.press('ArrowRight');
        if (p.steps) await expect(page.locator('.where')).not.toHaveText(before ?? '');
        await p.go?.(page);
        await lab.still();
        expect(await found(page, p, l)).toEqual([]);
      }
    });
  }
}
