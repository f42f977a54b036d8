import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './lab';

async function saved(page: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return readFileSync(await file.path());
}

async function openPicture(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('button', { name: /^Picture/ }).click();
  await expect(page.getByRole('button', { name: 'Save SVG' })).toBeEnabled();
}

/** The elements of a picture, read as a browser reads a file: on a page without our policy. */
async function parts(page: Page, svg: string) {
  const reader = await page.context().newPage();
  const read = await reader.evaluate((text) => {
    const doc = new DOMParser().parseFromString(text, 'image/svg+xml');
    const all = [...doc.querySelectorAll('*')];
    return {
      wrong: doc.querySelector('parsererror')?.textContent ?? '',
      texts: [...doc.querySelectorAll('text')].map((e) => e.textContent ?? ''),
      leaks: all.flatMap((e) =>
        [...e.attributes].filter((a) => /^(class|style|on|data-|tabindex|role$)/.test(a.name) && e !== doc.documentElement).map((a) => `${e.localName} ${a.name}`),
      ),
      ground: doc.querySelector('rect')?.getAttribute('fill') ?? '',
      width: Number(doc.documentElement.getAttribute('width')),
      height: Number(doc.documentElement.getAttribute('height')),
    };
  }, svg);
  await reader.close();
  return read;
}

test('a picture holds the whole run: bands, timers, notes, every label that the page shows', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await lab.toEnd();
  await openPicture(page);
  const whole = await parts(page, (await saved(page, 'Save SVG')).toString());
  expect(whole.wrong).toBe('');
  expect(whole.leaks).toEqual([]);
  for (const want of [
    'client',
    'server',
    '10.0.0.1',
    'SYN_SENT',
    'ESTABLISHED',
    'FIN_WAIT_1',
    'TIME_WAIT',
    'LAST_ACK',
    /^RTO timer/,
    /^TIME_WAIT timer/,
    /connect → 0/,
    /^SYN seq=0/,
    /^FIN seq=301/,
    /idle$/,
  ]) {
    expect(
      whole.texts.filter((x) => (typeof want === 'string' ? x === want : want.test(x))),
      `${want} in ${whole.texts.join(' | ')}`,
    ).not.toHaveLength(0);
  }
  // Everything that is said on the page is said in the picture; how much of it depends on the width.
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  const live = await page
    .locator('.dg-svg text')
    .evaluateAll((all) => all.filter((e) => getComputedStyle(e).opacity !== '0').map((e) => [...e.childNodes].map((c) => (c.nodeName === 'title' ? '' : c.textContent)).join('')));
  const what = (x: string) => x.split(' ').slice(0, 2).join(' ');
  expect(live.filter((x) => x && !whole.texts.some((y) => what(y) === what(x)))).toEqual([]);

  await page.setViewportSize({ width: 1440, height: 500 });
  await openPicture(page);
  await page.getByRole('radio', { name: 'What is in view' }).check();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect(page.getByRole('button', { name: 'Save SVG' })).toBeEnabled();
  await expect(page.getByText(/× \d\d\d pixels/)).toBeVisible();
  const seen = await parts(page, (await saved(page, 'Save SVG')).toString());
  expect(seen.height).toBeLessThan(whole.height);
  expect([whole.ground, seen.ground]).toEqual(['#fbfbf9', '#14171a']);
  expect(await page.locator('html').getAttribute('data-theme')).toBeNull();
});

test('a PNG is twice as large and is not empty', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(8);
  await openPicture(page);
  const svg = await parts(page, (await saved(page, 'Save SVG')).toString());
  const png = await saved(page, 'Save PNG');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * svg.width, 2 * svg.height]);
  const colours = await page.evaluate(
    async (data) => {
      const img = new Image();
      img.src = data;
      await img.decode();
      const c = document.createElement('canvas');
      [c.width, c.height] = [img.width, img.height];
      const g = c.getContext('2d');
      g?.drawImage(img, 0, 0);
      const px = g?.getImageData(0, 0, c.width, c.height).data ?? [];
      const seen = new Set<number>();
      for (let i = 0; i < px.length; i += 4) seen.add((px[i] << 16) | (px[i + 1] << 8) | px[i + 2]);
      return seen.size;
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  expect(colours).toBeGreaterThan(50);
});

test('what is too large is said, and the rest can still be had', async ({ lab, page }) => {
  const once = Array.from({ length: 300 }, (_, i) => `at ${i + 1}s forge a > b flags=S seq=${i} from=10.9.0.1:${1024 + i} to=b:${80 + (i % 2)}`);
  await lab.scene(`scene "long"\nhost a 10.0.0.1\nhost b 10.0.0.2\nlink a b delay 10ms\n${once.join('\n')}\n`);
  await lab.toEnd();
  await openPicture(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Save PNG' })).toBeEnabled();
  await dialog.getByRole('button', { name: 'Save PNG' }).click();
  await expect(dialog.getByRole('alert')).toContainText('may be');
  await page.getByRole('radio', { name: 'What is in view' }).check();
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await expect(dialog.getByRole('button', { name: 'Save PNG' })).toBeEnabled();
  expect((await saved(page, 'Save PNG')).length).toBeGreaterThan(10_000);
});

test('a phone can take away all that a desk can', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  const items = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    const all = await page.locator('.menu:popover-open').locator('a, button').allInnerTexts();
    await page.keyboard.press('Escape');
    return all;
  };
  const desk = await items('Export');
  expect(desk.length).toBeGreaterThan(5);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByRole('button', { name: 'Export', exact: true })).toBeHidden();
  expect(await items('More')).toEqual(expect.arrayContaining([...desk, 'Keys']));
});
