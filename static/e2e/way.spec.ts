import { expect, test } from './lab';

// A way to what was asked for is found and played; what cannot be is proven.
test('a way is found and played', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await page.keyboard.press('Shift+W');
  const dialog = page.getByRole('dialog', { name: 'Find a way to …' });
  await dialog.getByLabel('What should come about').selectOption('client: a call fails with ECONNRESET');
  await expect(dialog.getByRole('textbox', { name: 'Condition' })).toHaveValue('client.errno == ECONNRESET');
  await dialog.getByRole('button', { name: 'Look', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('1 way. Moves needed: 1');
  await dialog.getByRole('button', { name: /^Play it: at 0.021s call server: kill/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.banner')).toContainText('this is where they lead');
  await expect(page.locator('.bar .chip').first()).toContainText('call server: kill()');
  expect(await lab.n()).toBe(16);

  await page.keyboard.press('Shift+W');
  await dialog.getByLabel('Begin').selectOption('At the start of the run');
  await dialog.getByRole('textbox', { name: 'Condition' }).fill('client.errno == EADDRINUSE');
  await dialog.getByLabel('Moves at most').selectOption('1');
  await dialog.getByRole('button', { name: 'Look', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('that is a proof');
});
