import { expect, test } from './lab';

test('claims narrow as one types and chooses, keep that in the address, and open the lab in one click', async ({ lab, page }) => {
  await page.goto('/claims');
  const rows = page.locator('article.claim:visible');
  const all = await rows.count();
  expect(all).toBeGreaterThan(100);
  await page.getByRole('link', { name: /^false/ }).click();
  const untrue = await rows.count();
  expect(untrue).toBeLessThan(all);
  await page.getByRole('searchbox', { name: /Paste a sentence/ }).fill('63 s tcp_syn_retries');
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/verdict=false&q=63/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await rows.getByRole('link', { name: /Play it/ }).click();
  await expect(page.locator('.dg-svg')).toBeVisible();
  expect(await lab.n()).toBeGreaterThan(5);
  await expect(page).toHaveTitle(/after 63 s connect\(\) gives up/);
});

for (const lang of ['en', 'zh-CN']) {
  test(`${lang}: nothing among the claims is wider than the page`, async ({ page }) => {
    await page.goto(`/claims?topic=queues&lang=${lang}`);
    await page.locator('article.claim:visible summary').first().click();
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
  });
}
