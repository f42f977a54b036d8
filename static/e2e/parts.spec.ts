import { expect, test } from './lab';

const BUDGET = 90 * 1024;

test('until the first Step little script is fetched; the rest comes afterwards', async ({ lab, page }) => {
  const scripts = () =>
    page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .flatMap((e) => (/\.js(\?|$)/.test(e.name) ? [{ name: new URL(e.name).pathname, size: (e as PerformanceResourceTiming).encodedBodySize }] : [])),
    );
  await lab.open('/lab?scene=lossy-link');
  const before = await scripts();
  expect(before.map((s) => s.name)).toContain('/static/lab.js');
  expect(before.map((s) => s.name)).not.toContain('/static/later.js');
  expect(before.reduce((n, s) => n + s.size, 0)).toBeLessThanOrEqual(BUDGET);
  expect(new Set(before.map((s) => s.name)).size).toBe(before.length); // no part twice, under two addresses
  await lab.step();
  await expect.poll(async () => (await scripts()).map((s) => s.name)).toContain('/static/later.js');
});

test('a part that cannot be fetched is said to be missing, asked for again, and nothing else is lost', async ({ page }) => {
  // Not the fixture: here a request is meant to fail.
  await page.route('**/static/later.js*', (r) => r.abort());
  await page.goto('/lab?scene=lossy-link');
  const step = page.getByRole('button', { name: 'Step', exact: true });
  await step.click();
  await expect(page.locator('.where')).toContainText('event 1');
  await page.getByRole('tab', { name: 'Sockets' }).click();
  await expect(page.locator('#panel')).toContainText('could not be fetched');
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('could not be fetched');
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog).toContainText('could not be fetched');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await step.click(); // the session goes on
  await expect(page.locator('.where')).toContainText('event 2');
  await page.unroute('**/static/later.js*');
  await page.locator('#panel').getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('.machine').first()).toBeVisible();
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(dialog).toContainText('Give a copy');
});

test('at rest the page asks for no frames, and a step changes few elements of the diagram', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  for (let i = 1; i <= 20; i++) {
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.where')).toContainText(`event ${i} `);
  }
  await expect(page.locator('#panel')).toContainText('Event 20');
  await expect(page.locator('#panel')).not.toContainText('asking');
  // What waits for a frame when a key comes keeps the server's answer waiting, too.
  const asked = () =>
    page.evaluate(async () => {
      const frame = window.requestAnimationFrame.bind(window);
      let count = 0;
      window.requestAnimationFrame = (f) => {
        count++;
        return frame(f);
      };
      for (let i = 0; i < 3; i++) await new Promise((go) => frame(go));
      window.requestAnimationFrame = frame;
      return count;
    });
  await expect.poll(asked).toBe(0);
  await page.evaluate(() => {
    const seen = new Set<Node>();
    Object.assign(window, { seen });
    new MutationObserver((list) => {
      for (const m of list) for (const x of [m.target, ...m.addedNodes]) seen.add(x);
    }).observe(document.querySelector('.dg-svg') as Element, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  const all = await page.locator('.dg-svg *').count();
  for (let i = 21; i <= 30; i++) {
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.where')).toContainText(`event ${i} `);
  }
  const changed = await page.evaluate(() => (window as unknown as { seen: Set<Node> }).seen.size);
  expect(changed).toBeLessThan(all / 2); // of ten steps together
});

// The run is written out for those without scripts; so it is when the lab's does not come, or finds no session.
test('a lab whose script does not come, or whose session is refused, is read as text', async ({ page }) => {
  const events = page.getByRole('heading', { name: 'What happens', exact: true });
  await page.route('**/static/lab.js*', (r) => r.abort());
  await page.goto('/lab?scene=lossy-link');
  await expect(events).toBeVisible();
  await page.unroute('**/static/lab.js*');
  await page.route('**/api/sessions', (r) => r.fulfill({ status: 503, json: { text: 'too many labs are open' } }));
  await page.goto('/lab?scene=lossy-link');
  await expect(page.getByRole('alert')).toContainText('too many labs are open');
  await expect(events).toBeVisible();
});
