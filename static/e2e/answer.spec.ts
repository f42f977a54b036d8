import { expect, test } from './lab';

test('a typed answer: a belief is named and not refuted while a try is left, then the run is shown beside it', async ({ lab, page }) => {
  await lab.open('/lessons/accept-queue');
  const number = page.locator('.ask input[inputmode]');
  await number.fill('1');
  await page.keyboard.press('Enter');
  const tried = page.locator('.ask .reason[role=status]');
  await expect(tried).toContainText('1 connection: not yet');
  await expect(tried).toContainText('the limit as the number of places');
  await expect(page.locator('.left')).not.toContainText('one more'); // that would be the answer
  await number.fill('2');
  await page.keyboard.press('Enter');
  await expect(page.locator('.ask')).toContainText('That is what happens');
  await expect(page.locator('.ask .truth')).toContainText('2 connections');
  await expect(page.locator('.ask')).toContainText('one connection more than the limit says');
  await lab.button('See it happen').click();
  await expect.poll(() => lab.n()).toBeGreaterThan(0);
});
