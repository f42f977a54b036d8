import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './lab';

test.use({ hasTouch: true });

/** Goes on to the step with this title; what it asks for on the way is done for us. */
async function goTo(lab: Lab, title: string): Promise<void> {
  const steps = lab.page.locator('.lesson');
  for (let i = 0; i < 8 && !(await steps.textContent())?.includes(title); i++) {
    const before = (await steps.textContent()) ?? '';
    await lab.page.locator('.lesson-nav button').last().click();
    await expect.poll(() => steps.textContent()).not.toBe(before);
  }
  await expect(steps).toContainText(title);
  await expect(lab.page.locator('.ask')).toBeVisible();
  await lab.still();
}

const decided = (page: Page) => page.locator('.ask h3.good');

test('answers that are made: a segment by keys, an order by keys and by touch, a cause by a key', async ({ lab, page }) => {
  await lab.open('/lessons/receivers-book');
  await goTo(lab, 'The last piece');
  await page.locator('.segments label', { hasText: 'DATA' }).last().locator('input').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect(decided(page)).toBeVisible();
  await expect(page.locator('.ask')).toContainText('The one that was sent again');

  await goTo(lab, 'A late one');
  await lab.button('Do it for me').click();
  await expect(page.locator('.ask')).not.toContainText('First:');
  const rows = page.locator('ol.order > li');
  const right = ["The server's application has read", 'The client sends the missing', 'The server finds a copy', 'The client hears'];
  const at = async (text: string) => (await rows.allInnerTexts()).findIndex((x) => x.includes(text));
  for (const [to, text] of right.entries()) {
    for (let i = await at(text); i > to; i = await at(text)) {
      if (to === 0) {
        await rows.nth(i).locator('.grip').focus();
        await page.keyboard.press('ArrowUp');
      } else await rows.nth(i).locator('.row button').first().tap();
      await expect.poll(() => at(text)).toBe(i - 1);
    }
  }
  if (await page.locator('.ask button.primary').isDisabled()) await nudge(page); // it stood right from the first
  await page.locator('.ask button.primary').tap();
  await expect(decided(page)).toBeVisible();

  await lab.open('/lessons/nobody-home');
  await goTo(lab, 'Where the error comes from');
  const causes = await page.locator('ol.causes button').allInnerTexts();
  expect(causes.length).toBeGreaterThan(2);
  await page.keyboard.press(String(1 + causes.findLastIndex((x) => x.includes('timer'))));
  await expect(decided(page)).toBeVisible();
  await expect(page.locator('.ask')).toContainText('silence has no other voice');
});

/** An order has to be touched once before it can be locked in. */
async function nudge(page: Page): Promise<void> {
  await page.locator('ol.order .row button').nth(1).tap();
  await page.locator('ol.order .row button').nth(2).tap();
}
