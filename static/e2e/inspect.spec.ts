import { expect, test } from './lab';

test('a setting: found by meaning, previewed, reset; read-only ones have no field', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain&n=2999');
  await page.getByRole('tab', { name: 'Sysctl' }).click();
  await expect(page.locator('.setting').first()).toBeVisible();
  await expect(lab.button(/matters here \d+/)).toHaveAttribute('aria-pressed', 'true');
  await page.getByLabel('Find by name or meaning').fill('delays its ACKs');
  const pingpong = page.getByRole('textbox', { name: 'tcp_pingpong_thresh', exact: true });
  await expect(pingpong).toHaveValue('1');
  await page.getByLabel('Find by name or meaning').fill('时间戳');
  await page.getByRole('textbox', { name: 'tcp_timestamps', exact: true }).fill('0');
  await expect(page.locator('.ahead-verdict')).not.toBeEmpty();
  await lab.button('Keep from now on').click();
  await expect(page.locator('.ahead')).toHaveCount(0);
  await page.getByLabel('Find by name or meaning').fill('');
  await lab.button('changed 1').click();
  const changed = page.locator('.setting');
  await expect(changed).toHaveCount(1);
  await expect(changed).toContainText('default 1');
  await expect(changed).toContainText('set by event');
  await lab.button('tcp_timestamps: back to the default, 1').click();
  await expect(page.getByRole('textbox', { name: 'tcp_timestamps', exact: true })).toHaveValue('1');
  await page.getByLabel('Find by name or meaning').fill('tcp_mem');
  await expect(page.locator('.setting output')).toHaveText('287832 383779 575664');
});

test('a header: bytes and fields select each other, and a field is changed in place', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain&n=4');
  await page.getByRole('tab', { name: 'Header' }).click();
  await expect(page.locator('.header-what')).toContainText('SYN-ACK');
  const box = (name: RegExp) => page.getByRole('button', { name });
  await box(/^acknowledgment 1$/).click();
  const detail = page.locator('.field-detail');
  await expect(detail).toContainText('acknowledgment · bytes 8–11');
  await page.keyboard.press('ArrowRight');
  await expect(detail).toContainText('offset');
  await box(/^MSS 1460$/).click();
  await detail.getByLabel('Change to').fill('500');
  await detail.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(box(/^MSS 500$/)).toBeVisible();
  await expect(page.locator('.header-tab')).toContainText('As it was sent');
  await expect(page.locator('.header-tab .kv').last()).toContainText('1460 → 500');
  await lab.button(/Corrupt a byte/).click();
  await expect(page.locator('.byte-line .wrong')).toContainText('would be right');
});

test('a forged reset has the right number, and what is foretold comes', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain&n=14');
  await lab.tool('Forge');
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('pre')).toContainText('flags=R seq=301');
  await expect(dialog.locator('.forecast')).toContainText('Taken:');
  await dialog.getByRole('button', { name: 'RST, in the window' }).click();
  await expect(dialog.locator('.forecast')).toContainText('It answers: ACK');
  await dialog.getByRole('button', { name: 'RST, exact' }).click();
  await expect(dialog.locator('.forecast')).toContainText('Taken:');
  await dialog.getByRole('button', { name: 'Send it' }).click();
  await expect(dialog).toHaveCount(0);
  await lab.until('The end');
  await expect(page.locator('.note.error').filter({ hasText: 'ECONNRESET' }).first()).toBeAttached();
});

test('offload is turned, and the shell lies over the diagram', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain&n=6');
  await lab.tool('Host');
  await page.getByRole('button', { name: /at most 8 segments/ }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('w');
  await expect(page.locator('.canvas')).toBeHidden();
  await expect(page.locator('.shell-log')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.canvas')).toBeVisible();
  await lab.tool('Host');
  await expect(page.getByRole('dialog')).toContainText('takes 8 segments as one packet');
});
