import { expect, test } from './lab';

for (const [width, height] of [
  [1440, 900],
  [390, 700],
]) {
  test(`every menu is wholly in view, obeys the arrows, and Escape gives the focus back (${width} px)`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height });
    await lab.open('/lab?scene=many-clients');
    await lab.step(3);
    const buttons = page.locator('.menu-of > button:visible');
    const count = await buttons.count();
    expect(count).toBeGreaterThanOrEqual(3);
    for (let i = 0; i < count; i++) {
      await buttons.nth(i).focus();
      await page.keyboard.press('Enter');
      const list = page.locator('.menu:popover-open');
      await expect(list).toBeVisible();
      const inside = () =>
        list.evaluate((el) => {
          const r = el.getBoundingClientRect();
          return r.left >= 8 && r.top >= 8 && r.right <= innerWidth - 8 && r.bottom <= innerHeight - 8;
        });
      await expect.poll(inside).toBe(true);
      const focused = () => page.evaluate(() => [...document.querySelectorAll(':popover-open *')].indexOf(document.activeElement as Element));
      const first = await focused();
      expect(first).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('End');
      await page.keyboard.press('Home');
      await expect.poll(focused).toBe(first);
      await page.keyboard.press('Escape');
      await expect(list).toHaveCount(0);
      await expect(buttons.nth(i)).toBeFocused();
    }
  });
}

test('Escape closes a menu and nothing beneath it; a click elsewhere closes it too', async ({ lab, page }) => {
  await lab.run('lost-syn');
  await lab.sent(1);
  await lab.click(1);
  await expect(page.getByRole('toolbar')).toBeVisible();
  await lab.button(/^Until/).click();
  await expect(page.locator('.menu:popover-open')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.menu:popover-open')).toHaveCount(0);
  await expect(page.locator('.seg.chosen')).toHaveCount(1);
  await lab.button(/^Until/).click();
  await page.mouse.click(700, 600);
  await expect(page.locator('.menu:popover-open')).toHaveCount(0);
});
