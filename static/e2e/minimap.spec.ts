import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './lab';

const bar = (page: Page) => page.getByRole('scrollbar', { name: 'Scroll through the run' });
const top = (page: Page) => page.locator('.dg').evaluate((e) => e.scrollTop);
const span = async (page: Page) => {
  const [from, to] = await inView(page);
  return to - from;
};

/** What the map says is in view, in milliseconds. */
async function inView(page: Page): Promise<[number, number]> {
  const m = /^([\d.]+) to ([\d.]+) of [\d.]+ (m?s)/.exec((await bar(page).getAttribute('aria-valuetext')) ?? '');
  const k = m?.[3] === 's' ? 1000 : 1;
  return [Number(m?.[1]) * k, Number(m?.[2]) * k];
}

async function frame(page: Page): Promise<{ x: number; y0: number; y1: number; bottom: number }> {
  const b = await page.locator('.map-frame').boundingBox();
  const all = await bar(page).boundingBox();
  if (!b || !all) throw new Error('no frame');
  return { x: all.x + all.width / 2, y0: b.y, y1: b.y + b.height, bottom: all.y + all.height };
}

async function run(lab: Lab, page: Page, query = ''): Promise<void> {
  await lab.open(`/lab?scene=lossy-link${query}`);
  await page.keyboard.press('a'); // linear: what is dragged is told in equal time
  await lab.toEnd();
  await page.keyboard.press('f');
  await expect(bar(page)).toBeVisible();
  await bar(page).focus();
  await page.keyboard.press('Home');
  await expect.poll(() => top(page)).toBeLessThan(60);
}

test('the map of the run is its scroll bar: frame, edges, a click and keys', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await expect(bar(page)).toHaveCount(0); // nothing to scroll as yet
  await lab.toEnd();
  await expect(bar(page)).toBeVisible();
  await bar(page).focus();
  await page.keyboard.press('Home');
  await expect.poll(async () => (await inView(page))[0]).toBe(0);
  await expect(bar(page)).toHaveAttribute('aria-valuenow', '0');

  const a = await frame(page);
  await page.mouse.move(a.x, (a.y0 + a.y1) / 2);
  await page.mouse.down();
  await page.mouse.move(a.x, (a.y0 + a.y1) / 2 + 120, { steps: 6 });
  await expect.poll(() => top(page)).toBeGreaterThan(200);
  await page.mouse.up();
  await expect.poll(async () => (await frame(page)).y0 - a.y0).toBeGreaterThan(90);

  const before = await span(page);
  const b = await frame(page);
  await page.mouse.move(b.x, b.y1 - 1);
  await page.mouse.down();
  await page.mouse.move(b.x, b.y1 + 60, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => span(page)).toBeGreaterThan(before * 1.2);
  const wide = await span(page);
  const c = await frame(page);
  await page.mouse.move(c.x, c.y0 + 1);
  await page.mouse.down();
  await page.mouse.move(c.x, c.y0 + 50, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => span(page)).toBeLessThan(wide);

  const d = await frame(page);
  const goal = d.y0 > d.bottom - 250 ? d.y0 - 100 : d.bottom - 150;
  await page.mouse.click(d.x, goal);
  await expect
    .poll(async () => {
      const f = await frame(page);
      return f.y0 < goal && goal < f.y1;
    })
    .toBe(true);
});

test('page keys move the view by one, arrows by a tenth', async ({ lab, page }) => {
  await run(lab, page);
  const [from, to] = await inView(page);
  await page.keyboard.press('PageDown');
  await expect.poll(async () => Math.abs((await inView(page))[0] - to)).toBeLessThan(0.3);
  await page.keyboard.press('PageUp');
  await expect.poll(async () => Math.abs((await inView(page))[0] - from)).toBeLessThan((to - from) / 8);
  const [at] = await inView(page);
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await inView(page))[0] - at).toBeGreaterThan((to - from) / 13);
  expect((await inView(page))[0] - at).toBeLessThan((to - from) / 7);
  const n = await lab.n();
  await page.keyboard.press('End');
  await expect.poll(async () => (await inView(page))[1]).toBeGreaterThan(60_000);
  expect(await lab.n()).toBe(n); // the play head stays

  // Two keys, the second before the browser has told of the scrolling.
  await bar(page).evaluate((e) => {
    for (const key of ['Home', 'PageDown']) e.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
  await expect.poll(async () => Math.abs((await inView(page))[0] - to)).toBeLessThan(0.3);
});

test('what is in view is said, marks are gone to by mouse and by key', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.toEnd();
  await page.keyboard.press('0');
  await bar(page).focus();
  await page.keyboard.press('Home');
  await expect(bar(page)).toHaveAttribute('aria-valuetext', /^0 to [\d.]+ of [\d.]+ s, 6 losses, 2 retransmissions in view$/);
  const at = await bar(page).evaluate((el) => {
    const r = el.getBoundingClientRect();
    return { x: r.left + r.width / 2, y: r.top };
  });
  let found = 0;
  for (let y = 4; y < 400 && !found; y += 3) {
    await page.mouse.move(at.x, at.y + y);
    const tip = await page.locator('.map-tip').allInnerTexts();
    if (tip[0]?.startsWith('× 18825 lost')) found = y;
  }
  expect(found).toBeGreaterThan(0);
  await page.mouse.dblclick(at.x, at.y + found);
  await expect.poll(() => lab.n()).toBeLessThan(100);
  await expect(page.locator('.seg.chosen')).toHaveAttribute('aria-label', /18825/);
  const marked = await lab.n();
  await page.keyboard.press(']');
  await expect.poll(() => lab.n()).toBeGreaterThan(marked);
  const there = await lab.n();
  await page.keyboard.press('[');
  await expect.poll(() => lab.n()).toBe(marked);
  expect(there).toBeGreaterThan(marked);
});

test('each lane has its sum, pointed at or focused', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.toEnd();
  const lanes = page.getByRole('toolbar', { name: 'Lanes of the map' }).getByRole('button');
  await lanes.first().focus();
  await expect(page.locator('.map-sum')).toContainText('segments with data, SYN or FIN');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.map-sum')).toContainText('carry SACK');
  await expect(lanes.nth(1)).toHaveAttribute('aria-label', /^\d+ ACKs; .*4 lost, covered by later ones/);
  await lanes.nth(3).hover();
  await expect(page.locator('.map-sum')).toContainText('Congestion window of client');
});

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: axe finds nothing in the map and the chart`, async ({ lab, page }) => {
    await page.addInitScript((t) => localStorage.setItem('theme', t), theme);
    await lab.open('/lab?scene=lossy-link');
    await lab.toEnd();
    await page.keyboard.press('s');
    await expect(page.locator('.ts-plot canvas')).toBeVisible();
    await bar(page).focus();
    await page.keyboard.press('PageUp');
    for (const view of ['Sequence', 'cwnd', 'RTT']) {
      await lab.button(view).click();
      const found = await new AxeBuilder({ page }).include('.canvas').analyze();
      expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
    }
    await lab.button('Table of the chart').click();
    const found = await new AxeBuilder({ page }).include('.ts').analyze();
    expect(found.violations.map((v) => v.id)).toEqual([]);
  });
}
