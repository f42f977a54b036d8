import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './lab';

/** Every action in this file is a key: what the pointer does is a function that fails. */
function keysOnly(page: Page): (key: string) => Promise<void> {
  for (const device of [page.mouse, page.touchscreen]) {
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(device))) {
      if (name !== 'constructor' && !name.startsWith('_')) {
        Object.defineProperty(device, name, {
          value: () => {
            throw new Error(`${name}: the keyboard alone`);
          },
        });
      }
    }
  }
  return (key) => page.keyboard.press(key);
}

/** Tab until something that fits has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const on = () => page.evaluate((s) => !!document.activeElement?.matches(s), selector);
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    if (await on()) return;
  }
  throw new Error(`the focus never came to ${selector}`);
}

/** Chooses the segment in the diagram by moving the focus over what is there. */
async function focusSegment(page: Page, lab: Lab, id: number): Promise<void> {
  await tabTo(page, '.dg-svg [data-key]');
  const focused = () => page.evaluate(() => document.activeElement?.closest('[data-key]')?.getAttribute('data-key') ?? '');
  for (let i = 0; i < 40 && (await focused()) !== `p${id}`; i++) {
    const before = await focused();
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).not.toBe(before);
  }
  await expect(lab.seg(id)).toBeFocused();
}

const heading = (page: Page) => page.locator('.lesson h3').first();

/** Chooses the option by its place among the radio buttons, and locks it in. */
async function answer(page: Page, place: number): Promise<void> {
  await tabTo(page, '.ask input[type=radio]');
  const radio = page.locator('.opt input').nth(place);
  if (place === 0) await page.keyboard.press('Space');
  for (let i = 0; i < place; i++) await page.keyboard.press('ArrowDown');
  await expect(radio).toBeChecked();
  await tabTo(page, '.ask button.primary');
  await page.keyboard.press('Enter');
  await expect(page.locator('.opt.right')).toBeVisible();
}

/** Steps with the arrow key until the goal of the step is reached. */
async function walk(page: Page, lab: Lab): Promise<void> {
  const done = page.locator('.goal.done');
  for (let i = 0; i < 40 && !(await done.count()); i++) {
    const before = await lab.n();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => lab.n()).toBe(before + 1);
  }
  await expect(done).toBeVisible();
}

test('a lesson is begun with the keyboard alone: a segment is dropped, a question answered', async ({ lab, page }) => {
  await lab.open('/lessons/lost-third-ack');
  const key = keysOnly(page);
  await expect(lab.seg(3)).toBeVisible();
  await focusSegment(page, lab, 3);
  await key('Enter');
  await expect(page.getByRole('toolbar')).toBeVisible();
  await key('x');
  await expect(lab.seg(3)).toHaveClass(/lost/);
  await answer(page, 1);
  await walk(page, lab);
  await key('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await key('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await key('n');
  await expect(heading(page)).toContainText('Step 2');
});

test('the keyboard alone plays a lesson to its end', async ({ lab, page }) => {
  await lab.open('/lessons/handshake');
  const key = keysOnly(page);
  await expect(heading(page)).toContainText('Step 1 of 8');
  const firstRight = [0, 1, 0, 1, 1];

  // Four steps: a prediction, the way to the goal by the arrow key or by the button, and on.
  for (let step = 1; step <= 4; step++) {
    await answer(page, firstRight[step - 1]);
    await expect(page.locator('.ask h3')).toHaveText('That is what happens');
    await expect(page.locator('.ask h3')).toBeFocused();
    if (step === 2) {
      if (!(await page.locator('.goal.done').count())) await tabTo(page, '.goal button');
      await key('Enter');
      await expect(page.locator('.goal.done h3')).toBeFocused();
    } else await walk(page, lab);
    if (step % 2) await key('n');
    else {
      await tabTo(page, '.lesson-nav .primary');
      await key(step === 2 ? 'Space' : 'Enter');
    }
    await expect(heading(page)).toContainText(`Step ${step + 1} of 8`);
    await expect(page.locator('.lesson h2[tabindex]')).toBeFocused();
  }

  // The fifth asks for a move: the third segment is dropped where it is.
  await tabTo(page, '.do button');
  await key('Enter');
  const acks = page.locator('.seg.chosen');
  await expect(acks).toHaveCount(1);
  const id = Number((await acks.getAttribute('data-key'))?.slice(1));
  await focusSegment(page, lab, id);
  await key('Enter');
  await expect(page.getByRole('toolbar')).toBeVisible();
  await key('x');
  await expect(lab.seg(id)).toHaveClass(/lost/);
  await expect(page.locator('.made')).toBeVisible();
  await answer(page, firstRight[4]);
  await walk(page, lab);
  await key('n');

  // The sixth has a value to turn, the seventh events to be put in order; both can be passed by.
  await expect(heading(page)).toContainText('Step 6 of 8');
  await key('n');
  await expect(heading(page)).toContainText('Step 7 of 8');
  await tabTo(page, '.order .grip');
  await tabTo(page, '.lesson-nav button[title]');
  await key('Enter');

  // The last step only tells.
  await expect(heading(page)).toContainText('Step 8 of 8');
  await expect(page.locator('.lesson h2[tabindex]')).toBeFocused();
  await expect(page.locator('.the-end')).toContainText('This is the end of the lesson.');
  await tabTo(page, '.lesson-nav a.primary');
  await key('Enter');
  await expect(page).toHaveURL(/\/$/);
});
