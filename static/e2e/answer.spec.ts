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

test('a step that asks what a capture says shows nothing but the shell, and is answered from it', async ({ lab, page }) => {
  await lab.open('/lessons/reading-a-capture');
  const prompt = page.getByRole('textbox', { name: /client/ });
  await expect(page.locator('.dg, .tools, .standing')).toHaveCount(0);
  const list = page.locator('.segments');
  await expect(list).not.toContainText('✕'); // what was lost is for later steps to find
  await prompt.fill('tcpdump -n');
  await prompt.press('Enter');
  await expect(page.locator('.shell-log')).toContainText('wscale');
  const log = await page.locator('.shell-log').boundingBox();
  expect(log?.width).toBeGreaterThan(900); // a line of tcpdump is long
  await list.locator('label', { hasText: 'client → server' }).filter({ hasText: 'SYN' }).first().click();
  await lab.button('Lock in').click();
  await expect(page.locator('.ask h3.good')).toBeVisible();
});
