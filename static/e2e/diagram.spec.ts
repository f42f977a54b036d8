import { hits } from './geometry';
import { expect, test } from './lab';

for (const width of [1440, 390]) {
  test(`no label lies on a line or on another label at ${width} pixels`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await lab.open('/lab?scene=plain');
    await page.getByRole('slider', { name: 'Place in the run' }).focus();
    for (let round = 0; round < 3; round++) {
      await lab.stepUpTo(5);
      await lab.still();
      expect(await hits(page)).toEqual([]);
    }
  });
}

test('the first ten events of a handshake are read without scrolling', async ({ lab, page }) => {
  await lab.run('handshake');
  await lab.stepUpTo(10);
  await lab.still();
  const { top, bottom, head } = await page.evaluate(() => {
    const box = document.querySelector('.dg')?.getBoundingClientRect();
    const h = document.querySelector('.head-line')?.getBoundingClientRect();
    return { top: document.querySelector('.dg')?.scrollTop ?? -1, bottom: box?.bottom ?? 0, head: h?.bottom ?? 1e9 };
  });
  expect(top).toBe(0);
  expect(head).toBeLessThan(bottom);
});

test('a segment is dropped, delayed, held and edited by key', async ({ lab, page }) => {
  await lab.scene(
    'scene "keys"\nhost client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\nprogram server\n  s = listen(:80, 128)\nprogram client\n  c = connect(server:80)\n',
  );
  await lab.sent(1);
  await lab.seg(1).focus();
  await page.keyboard.press('h');
  await expect(lab.seg(1)).toHaveAttribute('aria-label', /held by you/);
  await lab.seg(1).focus();
  await page.keyboard.press('h');
  await expect(lab.seg(1)).not.toHaveClass(/held/);
  await lab.seg(1).focus();
  await page.keyboard.press('l');
  await page.getByLabel('Delay by').fill('70ms');
  await page.keyboard.press('Enter');
  await expect(lab.seg(1)).toHaveAttribute('aria-label', /by you/);
  await lab.seg(1).focus();
  await page.keyboard.press('e');
  await page.getByRole('dialog').getByLabel('win').fill('99999999');
  await lab.button('Change it').click();
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await page.getByRole('dialog').getByLabel('win').fill('1000');
  await lab.button('Change it').click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await lab.seg(1).focus();
  await page.keyboard.press('x');
  await expect(lab.seg(1)).toHaveClass(/lost/);
});

test('what has arrived is not dropped here: the bar says why and offers the branch', async ({ lab, page }) => {
  await lab.scene(
    'scene "late"\nhost client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\nprogram server\n  s = listen(:80, 128)\nprogram client\n  c = connect(server:80)\n',
  );
  await lab.until('The end');
  await lab.click(1, 'right');
  await expect(page.getByRole('toolbar')).toContainText('It has arrived already.');
  await expect(
    page
      .getByRole('toolbar')
      .getByRole('button', { name: /^Drop X?/ })
      .first(),
  ).toBeDisabled();
  await lab.button('Drop it there, on a branch').click();
  await expect(page.locator('.bar .chip .many')).toContainText('2');
  await expect(lab.seg(1)).toHaveClass(/lost/);
});

test('dragging the head of an arrow down delays it', async ({ lab, page }) => {
  await lab.scene(
    'scene "drag"\nhost client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\nprogram server\n  s = listen(:80, 128)\nprogram client\n  c = connect(server:80)\n',
  );
  await lab.sent(1);
  const grip = lab.seg(1).locator('.grip');
  const b = await grip.boundingBox();
  if (!b) throw new Error('no grip');
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2);
  await page.mouse.down();
  await page.mouse.move(b.x + b.width / 2, b.y + 50, { steps: 5 });
  await expect(page.locator('.ghost-text').first()).toHaveText(/arrives at/);
  await page.mouse.up();
  await expect(lab.seg(1)).toHaveAttribute('aria-label', /delayed by you/);
});

test('back, scrub and step show the same thing as before', async ({ lab, page }) => {
  await lab.run('handshake');
  for (let i = 0; i < 6; i++) if (await lab.button('Step').isEnabled()) await lab.button('Step').click();
  await expect.poll(() => lab.n()).toBeGreaterThan(4);
  const n = await lab.n();
  const look = () => page.locator('.dg-svg').evaluate((e) => e.querySelector('.ways')?.innerHTML.replace(/ (lit|chosen)/g, ''));
  const before = await look();
  const slider = page.getByRole('slider', { name: 'Place in the run' });
  await slider.fill('2');
  await expect.poll(() => lab.n()).toBe(2);
  await slider.fill(String(n));
  await expect.poll(() => lab.n()).toBe(n);
  expect(await look()).toBe(before);
});
