import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './lab';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

const height = (page: Page, what: string) => page.locator(what).evaluate((el) => el.getBoundingClientRect().height);

/** Whether it can be seen whole without scrolling. */
const inView = (page: Page, what: string) =>
  page
    .locator(what)
    .first()
    .evaluate((el) => {
      const r = el.getBoundingClientRect();
      return r.top >= 0 && r.bottom <= innerHeight && r.width > 0;
    });

/** Touches a segment at the middle of its line. */
async function tap(lab: Lab, id: number): Promise<void> {
  const at = await lab
    .seg(id)
    .locator('.hit')
    .evaluate((el: SVGPathElement) => {
      const p = el.getPointAtLength(el.getTotalLength() * 0.3);
      const m = el.getScreenCTM();
      return { x: p.x * (m?.a ?? 0) + (m?.e ?? 0), y: p.y * (m?.d ?? 0) + (m?.f ?? 0) };
    });
  await lab.page.touchscreen.tap(at.x, at.y);
}

test('a question, the diagram and the answer are on one screen', async ({ lab, page }) => {
  await lab.open('/lessons/lost-third-ack');
  await expect(page.locator('.ask')).toBeVisible();
  await expect.poll(() => inView(page, '.ask')).toBe(true);
  expect(await height(page, '.canvas')).toBeGreaterThan(200);
  await expect(lab.button('Lock in').last()).toBeDisabled();
  await page.getByText('The client only.').tap();
  await expect(lab.button('Lock in').last()).toBeDisabled(); // the move comes first
  await lab.button('Do it for me').first().tap();
  await lab.button('Lock in').last().tap();
  await expect(page.locator('.ask .right')).toBeVisible();
  await expect(lab.button('Step')).toBeVisible();
});

test('a question that is answered on the axis leaves the axis in view to its end', async ({ lab, page }) => {
  await lab.open('/lessons/lost-syn');
  const bottom = (what: string) =>
    page
      .locator(what)
      .first()
      .evaluate((el) => el.getBoundingClientRect().bottom);
  await expect(page.locator('.ask.built input')).toBeVisible();
  await expect.poll(async () => (await bottom('.ask.built')) <= (await bottom('.sheet-body'))).toBe(true);
  await page.locator('.ask.built input').fill('4'); // where the axis ends
  await expect(page.locator('.ghost.set')).toBeVisible();
  await expect.poll(async () => (await bottom('.ghost-line')) <= (await bottom('.dg'))).toBe(true);
});

test('a move made from the list comes back to the open question, and the other column begins at its top', async ({ lab, page }) => {
  await lab.open('/lessons/lost-third-ack');
  await expect.poll(() => inView(page, '.ask')).toBe(true);
  await lab.still();
  await tap(lab, Number(((await page.locator('[data-key^=p]:has(.hit)').last().getAttribute('data-key')) ?? '').slice(1)));
  await lab.button(/^Drop/).first().tap();
  await expect(page.locator('.wire')).toHaveCount(0);
  await expect.poll(() => inView(page, '.ask')).toBe(true);
  await lab.button('Inspect').tap();
  expect(await page.locator('.sheet-body').evaluate((e) => e.scrollTop)).toBe(0);
});

test('the shell over the diagram gives way when the page becomes narrow', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await lab.open('/lab?scene=plain');
  await page.getByRole('tab', { name: 'Shell' }).click();
  await lab.button('Over the diagram').click();
  await expect(page.locator('.canvas')).toBeHidden();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator('.canvas')).toBeVisible();
});

test('one of ten segments is chosen from the list, and dropped', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  for (let i = 0; i < 40 && (await page.locator('[data-kind=DATA]').count()) < 10; i++) {
    const before = await lab.n();
    await lab.button('Step').tap();
    await expect.poll(() => lab.n()).toBe(before + 1);
  }
  const first = Number(((await page.locator('[data-key^=p]:has(.hit)').last().getAttribute('data-key')) ?? '').slice(1));
  await lab.still();
  await tap(lab, first);
  const list = page.locator('.wire button');
  await expect(list.first()).toBeVisible();
  expect(await list.count()).toBeGreaterThan(3);
  for (const b of await list.all()) {
    const box = await b.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
  await list.nth(2).tap();
  await expect(list.nth(2)).toHaveAttribute('aria-pressed', 'true');
  const n = await lab.n();
  await lab.button(/^Drop/).first().tap();
  await expect.poll(() => lab.n()).toBe(n + 1);
  await expect(page.locator('.wire')).toHaveCount(0);
});

test('the sheet is moved by its grip: by touch, by a tap, by keys', async ({ lab, page }) => {
  await lab.open('/lessons/handshake');
  const grip = page.locator('.sheet-grip');
  const before = await height(page, '.sheet');
  const box = await grip.boundingBox();
  if (!box) throw new Error('no grip');
  await page.mouse.move(box.x + box.width / 2, box.y + 6);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y - 200, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => height(page, '.sheet')).toBeGreaterThan(before + 100);
  await grip.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => height(page, '.sheet')).toBeLessThan(60);
  expect(await height(page, '.canvas')).toBeGreaterThan(500);
  await grip.tap();
  await expect.poll(() => height(page, '.sheet')).toBeGreaterThan(150);
});

test('what the wide page has in its header is behind one button', async ({ lab, page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await lab.open('/lab?scene=plain');
  const names = (where: string) =>
    page.locator(where).evaluateAll((list) => list.map((e) => (e.getAttribute('href') ?? e.getAttribute('aria-label') ?? e.textContent ?? '').trim()).filter(Boolean));
  const tools = [...(await names('.tools button:not(.menu *)')).filter((x) => x !== 'More'), 'Host', 'System call', 'Forge', 'Find a way'];
  await page.getByRole('button', { name: 'Export' }).click();
  const wide = [...tools, ...(await names('header .menu:popover-open a')), 'Share', 'Keys'];
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'More', exact: true }).tap();
  await expect(page.locator('.more-list')).toBeVisible();
  expect(await names('.more-list button, .more-list a')).toEqual(expect.arrayContaining(wide));
  for (const b of await page.locator('.more-list > button, .more-list > a').all()) expect((await b.boundingBox())?.height).toBeGreaterThanOrEqual(36);
});

for (const [width, height0] of [
  [844, 390],
  [720, 450], // 1440 × 900 at 200 %
]) {
  test(`${width} × ${height0}: the diagram keeps its share`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: height0 });
    await lab.open('/lessons/lost-third-ack');
    expect(await height(page, '.canvas')).toBeGreaterThan(210);
    expect(await page.locator('.canvas').evaluate((el) => el.clientWidth)).toBeGreaterThan(380);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
    await lab.button('Do it for me').first().tap();
    await page.getByText('The client only.').tap();
    await lab.button('Lock in').last().tap();
    await expect(page.locator('.ask .right')).toBeVisible();
  });
}
