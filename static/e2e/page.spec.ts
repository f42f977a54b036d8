import { Cable } from './cable';
import { expect, test } from './lab';

test('ten seconds without a network: what was typed is done once, afterwards', async ({ lab, page, baseURL }) => {
  const cable = await Cable.lay(baseURL ?? '');
  await lab.open(`${cable.url}/lessons/lost-syn`);
  await lab.sent(1);
  cable.break();
  await expect(page.locator('.banner')).toContainText('Connection lost');
  await lab.seg(1).focus();
  await page.keyboard.press('x');
  await expect(page.locator('.banner')).toContainText('One change is waiting');
  await page.waitForTimeout(10_000); // the ten seconds are what is tested
  cable.mend();
  await expect(page.locator('.banner').filter({ hasText: 'Connection lost' })).toHaveCount(0);
  await expect(lab.seg(1)).toHaveClass(/lost/);
  const rows = await lab.segments();
  expect(rows.filter((r) => /drop packet 1/.test(r)).length).toBe(1);
});

test('reduced motion: play steps without moving anything', async ({ lab, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await lab.run('handshake');
  const before = await lab.n();
  await page.locator('.play').click();
  await expect.poll(() => lab.n()).toBeGreaterThan(before);
});
