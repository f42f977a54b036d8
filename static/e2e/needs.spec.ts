import { expect, test } from './lab';

// Forced colours, no motion, and a page at 200 %: every act stays possible.
test('forced colours, reduced motion and 200 %: step, drop by menu and by key, a setting, share, compare', async ({ lab, page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 720, height: 450 });
  const shot = (name: string) => page.screenshot({ path: `static/test-results/shots/needs-${name}.png` });
  await lab.open('/lab?scene=lossy-link');
  await lab.step(2);
  await shot('step');
  await lab.click(1);
  await page.getByRole('button', { name: /^Drop/ }).first().click();
  await expect(lab.seg(1)).toHaveClass(/lost/);
  await shot('dropped');
  await page.keyboard.press('Escape');
  await lab.step(3);
  await page.locator('.dg-svg .seg[data-key]').last().focus();
  await page.keyboard.press('x');
  await expect(page.locator('.seg.lost')).toHaveCount(2);
  await page.keyboard.press('Shift+S');
  await expect(page.getByRole('dialog')).toBeVisible();
  await shot('share');
  await page.keyboard.press('Escape');
  await page.locator('.panes button').last().click();
  await page.getByRole('tab', { name: 'Sysctl' }).click();
  await page.getByLabel('Find by name or meaning').fill('tcp_syn_retries');
  await page.getByRole('textbox', { name: 'tcp_syn_retries', exact: true }).fill('1');
  await shot('sysctl');
  await lab.button('Replay & compare').click();
  await expect(page.locator('#cmp-title')).toContainText('Same moves, one setting changed');
  await shot('compare');
  await page.keyboard.press('Escape');
  await expect(page.locator('.cmp')).toHaveCount(0);
});
