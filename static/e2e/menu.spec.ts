import type { Page } from '@playwright/test';
import { headsOnHeads } from './geometry';
import { expect, type Lab, test } from './lab';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];

/** Every scene and lesson that the home page offers. */
async function places(page: Page): Promise<string[]> {
  await page.goto('/');
  const all = await page.locator('a[href^="/lessons/"], a[href^="/lab?scene="]').evaluateAll((list) => list.map((a) => a.getAttribute('href') ?? ''));
  return [...new Set(all.map((h) => h.replace(/#.*/, '')))];
}

/** What is wrong with the menu that is open: out of the window, out of sight, or over the segment that it is about. */
async function wrong(page: Page): Promise<string> {
  return page.evaluate(() => {
    const menu = document.querySelector('.pop:popover-open, .flight')?.getBoundingClientRect();
    const seg = document.querySelector<SVGPathElement>('.seg.chosen .hit');
    const view = document.querySelector('.canvas .dg')?.getBoundingClientRect();
    if (!menu || !seg || !view) return 'no menu';
    const off = [menu.left, menu.top, innerWidth - menu.right, innerHeight - menu.bottom].map(Math.round);
    if (Math.min(...off) < 0) return `out of view: ${off}`;
    const m = seg.getScreenCTM();
    let over = 0;
    let seen = 0;
    for (let i = 0; m && i <= 40; i++) {
      const p = seg.getPointAtLength((seg.getTotalLength() * i) / 40);
      const [x, y] = [p.x * m.a + m.e, p.y * m.d + m.f];
      if (y < view.top + 66 || y > view.bottom) continue;
      seen++;
      if (x > menu.left && x < menu.right && y > menu.top && y < menu.bottom) over++;
    }
    if (!seen) return 'its segment is out of sight';
    // A segment that is as tall as the view leaves no place beside it: most of it stays free.
    return over > seen * 0.35 ? `over its segment: ${over} of ${seen}` : '';
  });
}

/** Walks the segments from a place on, by keyboard, and opens the menu of each. */
async function walk(lab: Lab, page: Page, times: number, where: string): Promise<{ opened: number; found: string[] }> {
  const found: string[] = [];
  let opened = 0;
  for (let i = 0; i < times; i++) {
    await page.keyboard.press('ArrowUp');
    const chosen = page.locator('.dg-svg .seg.chosen');
    await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(go)))));
    if (!(await chosen.count())) continue;
    await page.keyboard.press('Enter');
    await expect(page.locator('.pop:popover-open, .flight')).toBeVisible();
    await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
    opened++;
    const what = await wrong(page);
    if (what) found.push(`${where}, event ${await lab.n()}, ${await chosen.getAttribute('data-key')}: ${what}`);
    await page.keyboard.press('Escape');
    await expect(page.locator('.pop:popover-open, .flight')).toHaveCount(0);
  }
  return { opened, found };
}

// Each place at one of the sizes, in turn; with SOAK set, at all of them.
const soak = Boolean(process.env.SOAK);
const workers = 2;
for (const share of Array.from({ length: workers }, (_, i) => i)) {
  test(`in every scene and lesson, every segment has its menu in view and beside it, ${share + 1} of ${workers}`, async ({ lab, page }) => {
    test.setTimeout(soak ? 1_800_000 : 600_000);
    const all = (await places(page)).filter((_, i) => i % workers === share);
    expect(all.length).toBeGreaterThan(10);
    let opened = 0;
    for (const [i, path] of all.entries()) {
      for (const size of soak ? sizes : [sizes[i % sizes.length]]) {
        await page.setViewportSize(size);
        await lab.open(path);
        if (await page.locator('.veil.only').count()) continue; // a step without a diagram has no menus
        await page.locator('body').press('End');
        for (let i = 0; i < 9; i++) {
          const n = await lab.n();
          await page.locator('body').press('ArrowRight');
          await expect.poll(async () => (await lab.n()) > n || !(await lab.button('Step').isVisible()) || (await lab.button('Step').isDisabled())).toBe(true);
        }
        expect(await headsOnHeads(page), `${path} ${size.width}`).toEqual([]);
        const got = await walk(lab, page, 5, `${path} at ${size.width}`);
        opened += got.opened;
        expect(got.found, `${path} ${size.width}`).toEqual([]);
      }
    }
    expect(opened).toBeGreaterThan(all.length);
  });
}
