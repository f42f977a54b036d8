import { expect, test } from './lab';

test('what is said covers no control, and goes when it no longer holds', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.step(8);
  const told = page.locator('.banner');
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
  await expect.poll(() => lab.n()).toBe(4);
  // A move before the end makes a branch, and that is said.
  await lab.tool('System call');
  await page.getByRole('dialog').getByRole('button', { name: 'close(c)' }).click();
  await expect(told).toContainText('You are on a new branch');
  await expect(page.locator('.bar .chip .many')).toContainText('2');
  const at = await lab.n();
  expect(at).toBe(5);
  // Nothing that can be pressed is beneath it.
  const covered = await told.evaluate((el) => {
    const r = el.getBoundingClientRect();
    return [...document.querySelectorAll('button, a, input, select')].filter((x) => {
      const b = x.getBoundingClientRect();
      return !el.contains(x) && b.width > 0 && b.left < r.right && b.right > r.left && b.top < r.bottom - 1 && b.bottom > r.top + 1;
    }).length;
  });
  expect(covered).toBe(0);
  // It stays as long as one is on the branch, and goes with it: back to where the branch was made.
  await lab.step(1);
  await expect(told).toBeVisible();
  await page.locator('.bar .chip').first().click();
  await page.locator('.branch-go').first().click();
  await expect(told).toHaveCount(0);
  await expect.poll(() => lab.n()).toBe(4);
});

test('a condition that cannot be read says what a host has; the answer goes with the next step', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  await lab.step(3);
  await lab.button(/^Until/).click();
  await page.locator('#until-cond').fill('client.accept_queue > 2');
  await page.keyboard.press('Enter');
  await expect(page.locator('.banner.wrong')).toContainText('a host has no accept_queue; it has state, cwnd, ssthresh');
  await lab.step(1);
  await expect(page.locator('.banner')).toHaveCount(0);
});

test('after a drop Why tells of the drop', async ({ lab, page }) => {
  await lab.run('lost-syn');
  await lab.sent(1);
  await lab.click(1);
  await page.keyboard.press('x');
  await expect(lab.seg(1)).toHaveClass(/lost/);
  await expect(page.locator('.why h3')).toContainText(`Event ${await lab.n()}`);
  await expect(page.locator('.why')).toContainText('drop');
});
