import { expect, test } from './lab';

test('every SYN is dropped: ten tries, then ETIMEDOUT; replayed with other settings on a branch', async ({ lab, page }) => {
  await lab.run('lost-syn');
  // Run until the first SYN is on the wire, and take it and every one like it.
  await lab.sent(1);
  await lab.click(1);
  await lab.button(/Drop every SYN/).click();
  await expect(page.locator('.seg.lost')).toHaveCount(1);
  await lab.until('The end');
  await expect(page.locator('.note.error')).toContainText('ETIMEDOUT');

  const sends = (rows: string[]) => rows.filter((r) => /sends SYN\b/.test(r)).map((r) => /([\d.]+ m?s)\b/.exec(r)?.[1]);
  const rows = await lab.segments();
  expect(sends(rows)).toEqual(['0 ms', '1.000 s', '2.000 s', '3.000 s', '4.000 s', '5.000 s', '7.000 s', '11.000 s', '19.000 s', '35.000 s', '67.000 s']);
  expect(rows.find((r) => r.includes('ETIMEDOUT'))).toContain('131.000 s');
  await page.screenshot({ path: 'static/test-results/lost-syn-timeout.png' });

  // A value that is out of range is refused at its field, with the range.
  await page.getByRole('tab', { name: 'Sysctl' }).click();
  await page.getByLabel('Find by name or meaning').fill('tcp_syn_');
  const retries = page.locator('#sys-client-net-ipv4-tcp_syn_retries');
  await retries.fill('999');
  await expect(page.locator('.sysctls .wrong').first()).toContainText('127');

  // The same moves with two settings changed.
  await retries.fill('2');
  await page.locator('#sys-client-net-ipv4-tcp_syn_linear_timeouts').fill('0');
  // Enter replays, at the end of a run: to the end of the new one, beside the old one.
  await page.keyboard.press('Enter');
  await expect(page.locator('.bar .chip .many')).toContainText('2');
  const said = page.locator('#cmp-title');
  await expect(said).toHaveText('Same moves, two settings changed: the client gives up at 7 s instead of 131 s.');
  await expect(page.locator('.where')).toContainText('7.000 s');
  await lab.button(/End comparing/).click();
  await expect(page.locator('.note.error')).toContainText('ETIMEDOUT');
  const second = await lab.segments();
  expect(sends(second)).toEqual(['0 ms', '1.000 s', '3.000 s']);
  expect(second.find((r) => r.includes('ETIMEDOUT'))).toContain('7.000 s');

  // The old future is still there.
  await page.locator('.bar .chip').first().click();
  await page.locator('.branch-go').first().click();
  await expect.poll(async () => sends(await lab.segments()).length).toBe(11);

  // Side by side, the outcome comes first.
  await page.locator('.bar .chip').first().click();
  await lab.button('Compare').click();
  await expect(said).toContainText('gives up at 7 s instead of 131 s');
  await expect(page.locator('.cmp-pane[data-side="1"] .note.error').first()).toContainText('ETIMEDOUT');
  await lab.button(/End comparing/).click();
  await expect(page.locator('.cmp')).toHaveCount(0);
});
