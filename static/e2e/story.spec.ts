import { expect, test } from './lab';

test('a story is read, looked into, named and closed by keyboard, and opens in the lab as two branches', async ({ lab, page }) => {
  await page.goto('/stories/customers-cannot-get-in');
  await page.getByRole('link', { name: /half-open requests/ }).press('Enter');
  await expect(page.getByRole('region', { name: /ss -tan state syn-recv/ })).toContainText('10.9.0.10');
  await page.getByRole('textbox', { name: 'Command', exact: true }).fill('nstat');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: /nstat/ })).toContainText('TcpExtListenDrops');
  await expect(page.locator('.clock b')).toHaveText('2');
  await page.getByRole('radio', { name: /The link loses/ }).press('Space');
  await page.getByRole('textbox', { name: 'Command that changes something' }).fill('sysctl -w net.core.somaxconn=9000');
  await page.keyboard.press('Enter');
  await expect(page.locator('#answer')).toContainText('Not the cause');
  await page.getByRole('radio', { name: /floods web/ }).press('Space');
  await page.getByRole('radio', { name: /tcp_syncookies/ }).press('Space');
  await page.keyboard.press('Enter');
  await expect(page.getByText('case closed')).toBeVisible();
  await expect(page.locator('.clock b')).toHaveText('7');
  await page.getByRole('button', { name: 'Open the night and the change in the lab' }).press('Enter');
  await expect(page.locator('#cmp-title')).toBeVisible();
  await page.goto('/stories');
  await expect(page.locator('[data-story="customers-cannot-get-in"] .solved')).toHaveText('✓ solved in 7 min');
  expect(lab).toBeTruthy();
});

for (const lang of ['en', 'zh-CN']) {
  test(`${lang}: no story is wider than the page`, async ({ page }) => {
    for (const path of ['/stories', '/stories/customers-cannot-get-in?look=web:nstat&try=accept|somaxconn', '/stories/customers-cannot-get-in?give-up=1']) {
      await page.goto(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
      for (const width of [1440, 1024, 390]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${path} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
  });
}
