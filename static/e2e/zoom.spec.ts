import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './lab';

const plain =
  'scene "drag"\nhost client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\nprogram server\n  s = listen(:80, 128)\nprogram client\n  c = connect(server:80)\n';

/** Nanoseconds and height of every instant written in the gutter. */
const ticks = (page: Page) =>
  page.locator('.ticks > g').evaluateAll((list) =>
    list.map((g) => {
      const [, n, unit] = /([\d.]+) (\S+)/.exec(g.querySelector('text')?.textContent ?? '') ?? [];
      return { t: Number(n) * ({ s: 1e9, ms: 1e6, µs: 1e3 }[unit] ?? 0), y: Number(/M\S+ (\S+)H/.exec(g.querySelector('path')?.getAttribute('d') ?? '')?.[1]) };
    }),
  );

const head = (page: Page) => page.locator('.head-line').evaluate((e) => e.getBoundingClientRect().top);

test('linear time is linear, at every scale: equal heights are equal times', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.toEnd();
  await page.getByRole('slider', { name: 'Place in the run' }).fill('60');
  await expect.poll(() => lab.n()).toBe(60);
  await lab.button('Linear').click();
  for (const key of ['', '+', '+', '-', '-', '-']) {
    if (key) await page.locator('body').press(key);
    await lab.still();
    const list = await ticks(page);
    expect(list.length).toBeGreaterThan(2);
    const [a, z] = [list[0], list[list.length - 1]];
    const scale = (z.y - a.y) / (z.t - a.t);
    for (const x of list) expect(Math.abs(a.y + (x.t - a.t) * scale - x.y)).toBeLessThan(0.6);
    // And what happens stands where its instant is: each head of an arrow that fell on a written instant.
    await expect(page.locator('.folds path')).toHaveCount(0);
  }
});

test('zoom and the kind of axis leave the play head where it is on the screen', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.toEnd();
  await page.getByRole('slider', { name: 'Place in the run' }).fill('150');
  await expect.poll(() => lab.n()).toBe(150);
  await lab.still();
  const before = await head(page);
  for (const key of ['+', '+', 'a', '+', 'a', '-']) {
    await page.locator('body').press(key);
    await lab.still();
    expect(Math.abs((await head(page)) - before)).toBeLessThan(2.5);
  }
});

test('the wheel zooms about the pointer, 0 shows the whole run, F two round trips', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.toEnd();
  const span = () => page.locator('.zoom-says .px').textContent();
  await page.locator('body').press('f');
  await lab.still();
  const flight = await span();
  await page.locator('.dg').hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(span).not.toBe(flight);
  await page.locator('body').press('0');
  await lab.still();
  const { high, view } = await page.locator('.dg').evaluate((e) => ({ high: e.scrollHeight, view: e.clientHeight }));
  expect(high).toBeLessThan(view * 1.4);
});

test('a run of two minutes at a millisecond in view makes no endless page', async ({ lab, page }) => {
  await lab.run('lost-syn');
  await lab.toEnd();
  await lab.button('Linear').click();
  for (let i = 0; i < 30; i++) await page.locator('body').press('+');
  await lab.still();
  const { high, svg } = await page.evaluate(() => ({
    high: document.querySelector('.dg')?.scrollHeight ?? 0,
    svg: document.querySelector('.dg-svg')?.getBoundingClientRect().height ?? 0,
  }));
  expect(high).toBeLessThanOrEqual(1_000_100);
  expect(svg).toBeLessThan(3000);
  const seen = await page.locator('.dg').evaluate((e) => e.getBoundingClientRect());
  const line = await head(page);
  expect(line).toBeGreaterThan(seen.top);
  expect(line).toBeLessThan(seen.bottom);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  const touch = (cdp: CDPSession, type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: [number, number][]) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });

  for (const end of ['let go', 'second finger']) {
    test(`a head is dragged: ${end}`, async ({ lab, page }) => {
      await lab.scene(plain);
      await lab.sent(1);
      const cdp = await page.context().newCDPSession(page);
      const grip = () =>
        lab
          .seg(1)
          .locator('.grip')
          .evaluate((e) => {
            const r = e.getBoundingClientRect();
            return { x: r.x + r.width / 2, y: r.y + r.height / 2 };
          });
      const first = await grip();
      // A tap beside the arrow, within a fingertip, chooses it.
      await touch(cdp, 'touchStart', [first.x - 44, first.y - 30]);
      await touch(cdp, 'touchEnd');
      await expect(lab.seg(1)).toHaveClass(/chosen/);
      await lab.still();
      const at = await grip();
      await touch(cdp, 'touchStart', [at.x, at.y]);
      await expect(page.locator('.ghost')).toHaveCount(1);
      await expect(page.locator('.pop')).toHaveCount(0);
      for (let i = 1; i <= 5; i++) await touch(cdp, 'touchMove', [at.x, at.y + i * 8]);
      await expect(page.locator('.ghost-text').first()).toHaveText(/arrives at \d\d ms/);
      await expect(page.locator('.dg-cancel')).toBeVisible();
      expect(await page.evaluate(() => document.querySelector('.dg')?.scrollTop)).toBe(0);
      if (end === 'second finger') await touch(cdp, 'touchStart', [at.x, at.y + 40], [40, 400]);
      else await touch(cdp, 'touchEnd');
      await expect(page.locator('.ghost, .dg-cancel')).toHaveCount(0);
      if (end === 'let go') await expect(lab.seg(1)).toHaveAttribute('aria-label', /delayed by you/);
      else {
        await touch(cdp, 'touchEnd');
        await expect(lab.seg(1)).not.toHaveAttribute('aria-label', /delayed/);
      }
    });
  }
});
