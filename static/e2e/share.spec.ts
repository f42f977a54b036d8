import type { Browser, Page } from '@playwright/test';
import { expect, Lab, test } from './lab';

/** Somebody else, with a browser of his own. */
async function somebody(browser: Browser, link: string): Promise<Lab> {
  const page = await (await browser.newContext()).newPage();
  const lab = new Lab(page);
  await lab.open(link);
  return lab;
}

/** The links that the Share dialog gives away. */
async function links(page: Page): Promise<{ copy: string; follow: string; together: string }> {
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this lab' });
  const link = (name: string) => dialog.getByRole('textbox', { name: `Link: ${name}` });
  for (const name of ['Let others follow', 'Work together']) {
    await dialog.getByRole('button', { name: `Copy link: ${name}` }).click();
    await expect(link(name)).toHaveValue(/with=/);
  }
  const all = { copy: await link('Give a copy').inputValue(), follow: await link('Let others follow').inputValue(), together: await link('Work together').inputValue() };
  await page.keyboard.press('Escape');
  return all;
}

test('a link given away opens a copy at the same place, and moves nothing of mine', async ({ lab, page, browser }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(6);
  const { copy } = await links(page);
  expect(new URL(copy).pathname).toBe(new URL(page.url()).pathname);
  await lab.step(2);
  const other = await somebody(browser, copy);
  expect(await other.n()).toBe(6);
  expect(new URL(other.page.url()).pathname).not.toBe(new URL(page.url()).pathname);
  await expect(other.page.getByRole('status')).toContainText(['This is a copy of “A whole life”']);
  await other.step();
  await other.button('Back').click();
  await expect.poll(() => other.n()).toBe(6);
  expect(await lab.n()).toBe(8);

  // The bare address does the same, and a copy stays the same copy when it is reloaded.
  const at = other.page.url();
  await other.page.reload();
  await expect(other.page.locator('.dg-svg')).toBeVisible();
  expect(other.page.url()).toBe(at);
  await expect(other.page.getByText('This is a copy of')).toHaveCount(0);
  const third = await somebody(browser, page.url());
  expect(await third.n()).toBe(8);
  expect(third.page.url()).not.toBe(page.url());
  await other.page.context().close();
  await third.page.context().close();
});

test('the key of a lab is in no address, and survives a reload', async ({ lab, page }) => {
  await lab.scene('scene "mine"\nhost a 10.0.0.1\nhost b 10.0.0.2\nlink a b delay 1ms\nprogram a\n  c = connect(b:80)\n');
  await expect(page).toHaveURL(/\/lab\/\w+$/);
  const at = page.url();
  await lab.step();
  await page.reload();
  await expect(page.locator('.dg-svg')).toBeVisible();
  expect(page.url()).toBe(at);
  await lab.step();
});

test('without storage the key stays in the tab', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const lab = new Lab(page);
  await lab.open('/lab?scene=plain');
  await lab.step(2);
  const at = page.url();
  await page.reload();
  await expect(page.locator('.dg-svg')).toBeVisible();
  expect(page.url()).toBe(at);
  expect(await lab.n()).toBe(2);
  await lab.step();
});

test('who follows sees each move, can make none, tries it in a copy and comes back', async ({ lab, page, browser }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(3);
  const { follow } = await links(page);
  const other = await somebody(browser, follow);
  await lab.step(2);
  await expect.poll(() => other.n()).toBe(5);
  await expect(page.getByRole('button', { name: '2 here' })).toBeVisible();
  await expect(other.button('Step')).toBeDisabled();
  await expect(other.button('Back')).toBeDisabled();
  await other.page.keyboard.press('ArrowLeft');
  await expect(other.page.getByText('You follow here')).toBeVisible();
  await other.page.keyboard.press('End');
  expect(await other.n()).toBe(5);

  await other.page.keyboard.press('y');
  await expect(other.page.getByText('This is your own copy')).toBeVisible();
  expect(await other.n()).toBe(5);
  await other.step();
  await lab.step(2);
  expect(await other.n()).toBe(6);
  await other.page.keyboard.press('r');
  await expect(other.page.getByText('You follow.')).toBeVisible();
  await expect.poll(() => other.n()).toBe(7);

  // Stopped sharing: who followed is told, and may go on alone.
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Stop sharing' }).first().click();
  await expect(other.page.getByRole('alert')).toContainText('has stopped sharing');
  await page.keyboard.press('Escape');
  await other.page.getByRole('link', { name: 'Go on in a copy of your own' }).click();
  await expect(other.page.getByText('This is a copy of')).toBeVisible();
  await other.step();
  expect(await lab.n()).toBe(7);
  const late = await somebody(browser, follow);
  await expect(late.page.getByText('This is a copy of')).toBeVisible();
  await late.page.context().close();
  await other.page.context().close();
});

test('who works together moves the same lab, and everybody sees who did', async ({ lab, page, browser }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(3);
  const { together } = await links(page);
  const one = await somebody(browser, together);
  const two = await somebody(browser, together);
  await two.step();
  for (const l of [lab, one]) {
    await expect.poll(() => l.n()).toBe(4);
    await expect(l.page.locator('.strip-text')).toHaveText('Guest 2 stepped to event 4');
  }
  await expect(two.page.locator('.strip-text')).not.toContainText('Guest');
  await one.page.getByRole('button', { name: '3 here' }).click();
  await one.page.getByLabel('The name that others see').fill('Ann');
  await one.button('Set').click();
  await one.page.keyboard.press('Escape');
  await one.button('Back').click();
  await expect(page.locator('.strip-text')).toHaveText('Ann went to event 3');
  await lab.step();
  await expect(two.page.locator('.strip-text')).toHaveText('The owner went to event 4');
  await page.getByRole('button', { name: '3 here' }).click();
  await expect(page.locator('.who li')).toHaveText([/The owner.*\(you\)/, /Ann/, /Guest 2/]);
  await one.page.context().close();
  await two.page.context().close();
});

test('a link can be copied by hand where a page has no clipboard', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  const lab = new Lab(page);
  await lab.open('/lab?scene=plain');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Copy link: Give a copy' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The link is selected' })).toBeVisible();
  const chosen = () =>
    page.evaluate(() => {
      const e = document.activeElement as HTMLInputElement;
      return e.value?.slice(e.selectionStart ?? 0, e.selectionEnd ?? 0) ?? '';
    });
  await expect.poll(chosen).toMatch(/^http.*\/lab\/\w+\?n=0$/);
});

test('who follows on a phone says he is lost; only the owner sees how many are, until the next step', async ({ lab, page, browser, baseURL }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(2);
  const { follow } = await links(page);
  const context = await browser.newContext({ baseURL, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const phone = await context.newPage();
  const heard: string[] = [];
  phone.on('websocket', (s) => s.on('framereceived', (f) => heard.push(String(f.payload))));
  await phone.goto(follow);
  const lost = phone.getByRole('button', { name: 'I am lost' });
  await lost.tap();
  await expect(lost).toHaveAttribute('aria-pressed', 'true');
  await expect(phone.getByText('one more is lost, not who')).toBeVisible();
  await expect(page.getByText('1 is lost')).toBeVisible();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await lab.step(1);
  await expect(page.getByText('1 is lost')).toHaveCount(0);
  await expect(lost).toHaveAttribute('aria-pressed', 'false');
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.filter((m) => m.includes('"t":"lost"'))).toEqual([]);
  await context.close();
});
