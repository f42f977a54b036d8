import { expect, Lab, test } from './lab';

test('a class comes by a code: late, on a phone, looks, tries and comes back', async ({ lab, page, browser, baseURL }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(3);
  await lab.button('Share').click();
  await lab.button('Show the code').click();
  const code = (await page.locator('.share-code').textContent()) ?? '';
  expect(code).toMatch(/^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$/);
  await expect.poll(() => page.getByRole('img', { name: /QR code/ }).evaluate((x: HTMLImageElement) => x.naturalWidth)).toBeGreaterThan(0);

  // What the projector shows can be typed from the last bench.
  const [screen] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Open it large' }).click()]);
  const large = screen.getByText(code, { exact: true });
  await expect(large).toBeVisible();
  expect((await large.boundingBox())?.height).toBeGreaterThan(60);
  await screen.close();
  await page.keyboard.press('Escape');
  await lab.step(1);

  const phone = await browser.newContext({ baseURL, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const student = new Lab(await phone.newPage());
  await student.page.goto('/');
  const field = student.page.getByRole('textbox', { name: 'Code of the class' });
  await field.fill('0OI-111');
  await student.page.getByRole('button', { name: 'Join' }).tap();
  await expect(student.page.getByRole('alert')).toContainText('is no code');
  await field.fill(code.toLowerCase().replace('-', ' '));
  await student.page.getByRole('button', { name: 'Join' }).tap();
  await expect(student.page.getByText('You follow.')).toBeVisible();
  await expect.poll(() => student.n()).toBe(4); // late, and at the class's place
  await lab.step(2);
  await expect.poll(() => student.n()).toBe(6);
  await student.page.getByRole('button', { name: 'Try' }).tap();
  await expect(student.page.getByText('This is your own copy')).toBeVisible();
  await lab.step(1);
  await student.page.getByRole('link', { name: /Back/ }).tap();
  await expect.poll(() => student.n()).toBe(7);
  await phone.close();
});
