import { expect, test } from './lab';

const pages = ['/', '/rules', '/sysctls', '/scripts', '/search?q=syn', '/nothing/here'];

for (const lang of ['en', 'zh-CN']) {
  test(`${lang}: no page around the lab is wider than the view`, async ({ page }) => {
    for (const path of pages) {
      await page.goto(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
      await expect(page.locator('[data-theme-button]')).toBeVisible();
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 844 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${path} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
  });
}

test('what one types is found in either language, by keys alone', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('/');
  const field = page.getByRole('combobox');
  await expect(field).toBeFocused();
  await page.keyboard.type('半连接队列');
  await expect(page.getByRole('option', { name: /^tcp_syncookies/ })).toBeVisible();
  await field.fill('syn flood');
  await expect(page.getByRole('option').first()).toContainText('A SYN flood');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/lab\//);
  await expect(page.locator('.dg-svg')).toBeVisible();
});

test('nothing found says so; Escape closes the list', async ({ page }) => {
  await page.goto('/rules');
  await page.getByRole('combobox').fill('xyzzy');
  await expect(page.getByRole('option')).toContainText('Nothing holds “xyzzy”');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('option')).toHaveCount(0);
});

test('a rule is narrowed down to, and its scene opens where it applies', async ({ page }) => {
  await page.goto('/rules');
  await page.getByLabel(/Find a rule/).fill('rfc1337');
  await expect(page.locator('.rule:visible')).toHaveCount(await page.locator('.rule:visible').filter({ hasText: /1337/ }).count());
  const rule = page.locator('[id="time-wait.rfc1337"]');
  await rule.locator('.met a:not(.lesson)').first().click();
  await expect(page.locator('.why-title').first()).toBeVisible();
  await expect(page.locator('#panel')).toContainText('tcp_rfc1337');
});

test('the same without scripts: a form, and the theme of the system', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto('/sysctls');
  await page.getByLabel(/Find a setting/).fill('syn_retries');
  await page.locator('form.finder button').click();
  await expect(page.locator('.rule:visible')).toHaveCount(1);
  await context.close();
});
