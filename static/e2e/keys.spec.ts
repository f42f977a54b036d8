import { expect, test } from './lab';

test('from the page itself: →, ↑, Enter and X act', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(() => lab.n()).toBe(6);
  const body = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('ArrowUp');
  await expect(page.locator('.dg-svg [data-key]:focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await body();
  await expect(page.locator('.chosen')).toHaveCount(0);
  // With nothing chosen X shows the last segment and what can be done; the second press does it.
  await page.keyboard.press('x');
  await expect(page.getByRole('toolbar')).toBeVisible();
  await expect(page.locator('.seg.chosen')).toHaveCount(1);
  await expect(page.locator('.seg.lost')).toHaveCount(0);
  await page.keyboard.press('x');
  await expect(page.locator('.seg.lost')).toHaveCount(1);
});

test('letters act while a Chinese input method is on', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  const before = await lab.n();
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Process', code: 'KeyN', keyCode: 229, bubbles: true, cancelable: true })));
  await expect.poll(() => lab.n()).toBe(before + 1);
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '？', code: 'Slash', shiftKey: true, bubbles: true, cancelable: true })));
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('F6 goes round the parts of the page, Shift+F6 back; the diagram shows that it has the focus', async ({ lab, page }) => {
  await lab.open('/lessons/lost-syn');
  await lab.sent(1);
  const parts = ['header.bar', 'aside.left', '.canvas', 'aside.right', 'footer.transport'];
  const inPart = () => page.evaluate((all) => all.findIndex((p) => document.querySelector(p)?.contains(document.activeElement)), parts);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('F6');
    expect(await inPart()).toBe(i);
    if (i === 2) expect(await page.locator('.dg').evaluate((e) => getComputedStyle(e).outlineStyle)).toBe('solid');
  }
  await page.keyboard.press('F6');
  expect(await inPart()).toBe(0);
  await page.keyboard.press('Shift+F6');
  expect(await inPart()).toBe(4);
});

test('Escape closes the topmost thing only', async ({ lab, page }) => {
  await lab.open('/lessons/lost-syn');
  await lab.sent(1);
  await lab.click(1);
  await expect(page.getByRole('toolbar')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('toolbar')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('toolbar')).toHaveCount(0);
  await expect(page.locator('.seg.chosen')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.locator('.seg.chosen')).toHaveCount(0);
});
