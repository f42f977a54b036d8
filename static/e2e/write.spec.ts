import { expect, test } from './lab';

test('a lesson is written: a mistake is told at its line, mended, checked, kept over a reload, and played', async ({ lab, page, context }) => {
  await page.goto('/write');
  await page.getByRole('tab', { name: 'en.md' }).click();
  const text = page.getByRole('textbox', { name: 'en.md of the lesson' });
  await text.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  await page.keyboard.type('!');
  await expect(page.getByRole('tab', { name: 'en.md ✗ 1' })).toBeVisible();
  await expect(page.locator('.cm-mistake')).toContainText('the voice of a lesson does without it');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(' away');
  await expect(page.getByRole('heading', { name: 'A far server away' })).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.write-verdict')).toContainText('It passes');
  await page.reload();
  await expect(page.getByText('Your unfinished text is back.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'A far server away' })).toBeVisible();
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Play it in the lab' }).press('Enter');
  const played = await opened;
  await expect(played.getByRole('heading', { name: 'May it speak yet?' })).toBeVisible();
  expect(lab).toBeTruthy();
});
