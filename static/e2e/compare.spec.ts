import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './lab';

const said = {
  en: 'Same moves, one setting changed: the client gives up at 7 s instead of 131 s.',
  'zh-CN': '操作相同，改了一项设置：客户端在 7 秒时放弃，而不是 131 秒。',
};

/** Does something to a session as another page of it would. */
async function command(page: Page, stream: string, list: object[]): Promise<void> {
  await page.evaluate(
    async ({ stream, list }) => {
      const ws = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${stream}`);
      const waits = new Map<number, (text: string) => void>();
      ws.onmessage = (m) => {
        const x = JSON.parse(m.data);
        waits.get(x.id)?.(x.t === 'failed' ? x.text : '');
      };
      await new Promise((done) => {
        ws.onopen = done;
      });
      for (const [i, c] of list.entries()) {
        const wrong = await new Promise<string>((done) => {
          waits.set(i + 1, done);
          ws.send(JSON.stringify({ ...c, id: i + 1 }));
        });
        if (wrong) throw new Error(wrong);
      }
      ws.close();
    },
    { stream, list },
  );
}

/** A session in which every SYN was dropped, and the same again with these settings. */
async function twoFutures(lab: Lab, ops: string[], lang = 'en'): Promise<void> {
  const { page } = lab;
  await page.goto(`/?lang=${lang}`);
  const r = await page.request.post('/api/sessions', { data: { sandbox: 'plain' } });
  const { url, stream } = await r.json();
  await command(page, stream, [
    { t: 'act', op: 'drop every SYN' },
    { t: 'until', cond: 'false' },
    { t: 'replay', ops },
  ]);
  await lab.open(url);
}

const title = (page: Page) => page.locator('#cmp-title');

/** Opens the comparison of the present branch with the other, unless it has opened by itself. */
async function compare(page: Page): Promise<void> {
  if (await page.locator('.cmp').isVisible()) return;
  await page.locator('.bar .chip').first().click();
  await page.locator('.menu:popover-open .branch:not(.here) button').last().click();
}

test('every SYN is dropped, then fewer retries: from the first click to the sentence, by mouse', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await lab.sent(1);
  await lab.click(1);
  await lab.button(/Drop every SYN/).click();
  await lab.toEnd();
  await page.getByRole('tab', { name: 'Sysctl' }).click();
  await page.getByLabel('Find by name or meaning').fill('tcp_syn_retries');
  await page.locator('#sys-client-net-ipv4-tcp_syn_retries').fill('2');
  await lab.button('Replay & compare').click();
  await expect(page.locator('.bar .chip .many')).toContainText('2');
  await compare(page);
  await expect(title(page)).toHaveText(said.en);

  // The table has what differs and one row to hold on to; a value leads to its event.
  const rows = page.locator('.cmp-table tbody tr');
  await expect(rows.first()).toContainText(/gives up at\s*131 s\s*7 s\s*124 s earlier/);
  await expect(page.locator('.cmp-table tr.same')).toHaveCount(1);
  await expect(page.locator('.cmp-table tr.same')).toContainText(/connect\(\) returns\s*ETIMEDOUT\s*ETIMEDOUT/);
  await expect(page.locator('.where')).toContainText('7.000 s of');
  await rows.first().getByRole('button', { name: '131 s' }).click();
  await expect(page.locator('.where')).toContainText('131.000 s of');
  await expect(page.locator('.cmp-why')).toContainText('ETIMEDOUT');
  await page.getByRole('button', { name: /Show all/ }).click();
  expect(await rows.count()).toBeGreaterThan(20);
  await page.getByRole('button', { name: 'Show fewer' }).click();

  await page.locator('.cmp-why-x').click();
  await lab.button(/End comparing/).click();
  await expect(page.locator('.cmp')).toHaveCount(0);
  await expect(page.locator('.dg-svg')).toBeVisible();
});

for (const lang of ['en', 'zh-CN'] as const) {
  test(`the sentence in ${lang}, by keys alone, and nothing for axe to find`, async ({ lab, page }) => {
    await twoFutures(lab, ['sysctl client tcp_syn_retries = 2'], lang);
    await page.locator('.bar .chip').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.menu:popover-open .branch:not(.here) button').last().focus();
    await page.keyboard.press('Enter');
    await expect(title(page)).toHaveText(said[lang]);
    for (const theme of ['light', 'dark']) {
      await page.evaluate((t) => {
        document.documentElement.dataset.theme = t;
      }, theme);
      expect((await new AxeBuilder({ page }).include('.cmp').analyze()).violations).toEqual([]);
    }
    // Those who hear it get it row by row.
    await expect(page.locator('.cmp ol li').first()).toContainText(/^7\.000 s: A: .*SYN.*B: /);
    const where = page.locator('.where');
    const focused = () => page.evaluate(() => (document.activeElement?.closest('.cmp-pane') as SVGElement | null)?.dataset.side ?? '');
    await page.keyboard.press('b');
    await expect.poll(focused).toBe('1');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(focused).not.toBe('1');
    await page.keyboard.press('n');
    await expect(where).toContainText('67.000 s');
    await page.keyboard.press('Home');
    await expect(where).toContainText('7.000 s');
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    await expect(page.locator('.cmp-why')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('.cmp-why')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.locator('.cmp')).toHaveCount(0);
  });
}

test('one axis: what happens at one instant is at one height, and one step moves both', async ({ lab, page }) => {
  await twoFutures(lab, ['sysctl client tcp_syn_retries = 2', 'sysctl client tcp_syn_linear_timeouts = 0']);
  await compare(page);
  await expect(page.locator('.cmp-part')).toContainText('They part here, at 1 s: A waits 1 s, B waits 2 s');
  const y = (side: number, key: string) =>
    page
      .locator(`.cmp-pane[data-side="${side}"] [data-key="${key}"] .line`)
      .evaluate((el: SVGPathElement) => el.getPointAtLength(0).matrixTransform(el.getScreenCTM() as DOMMatrix).y);
  expect(Math.abs((await y(0, 'p2')) - (await y(1, 'p2')))).toBeLessThan(0.5); // 1 s
  expect(Math.abs((await y(0, 'p4')) - (await y(1, 'p3')))).toBeLessThan(0.5); // 3 s
  // What they share is drawn once.
  await expect(page.locator('.cmp-pane [data-key="p1"]')).toHaveCount(1);

  await lab.button('Until they differ').click();
  await page.getByRole('button', { name: /Where they part/ }).click();
  await expect(page.locator('.where')).toContainText('1.000 s of');
  for (const at of ['2.000 s', '3.000 s', '4.000 s']) {
    await lab.button('Step').click();
    await expect(page.locator('.where')).toContainText(`${at} of`);
  }
  // Each change by itself is one click.
  await page.getByRole('button', { name: 'tcp_syn_linear_timeouts = 0' }).click();
  await expect(title(page)).toHaveText('Same moves, one setting changed: the client gives up at 127 s instead of 131 s.');
});

test('a side becomes one’s own branch, and back', async ({ lab, page }) => {
  await twoFutures(lab, ['sysctl client tcp_syn_retries = 2']);
  await compare(page);
  await expect(page.locator('.cmp-branches > div').nth(1)).toContainText('your branch');
  await lab.button('Make A my branch').click();
  await expect(page.locator('.cmp-branches > div').nth(0)).toContainText('your branch');
  await lab.button('Undo').click();
  await expect(page.locator('.cmp-branches > div').nth(1)).toContainText('your branch');
  await lab.button('Swap A and B').click();
  await expect(title(page)).toHaveText('Same moves, one setting changed: the client gives up at 131 s instead of 7 s.');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test('one side with a switch that keeps the time, the other as a rail', async ({ lab, page }) => {
    await twoFutures(lab, ['sysctl client tcp_syn_retries = 2']);
    if (!(await page.locator('.cmp').isVisible())) {
      await page.locator('.bar .chip').first().tap();
      await page.locator('.menu:popover-open .branch:not(.here) button').last().tap();
    }
    await expect(title(page)).toHaveText(said.en);
    await expect(page.locator('.cmp-pane')).toHaveCount(1);
    const side = () => page.locator('.cmp-pane').getAttribute('data-side');
    const head = () => page.locator('.cmp-over .head').evaluate((e) => e.getBoundingClientRect().y);
    expect(await side()).toBe('1');
    const before = await head();
    await page.locator('.cmp-switch button').first().tap();
    await expect.poll(side).toBe('0');
    expect(Math.abs((await head()) - before)).toBeLessThan(1);
    await page.locator('.cmp-rail').tap();
    await expect.poll(side).toBe('1');
    const box = await page.locator('.cmp-rail').boundingBox();
    expect(box?.width).toBe(48);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.locator('.cmp-end').tap();
    await expect(page.locator('.cmp')).toHaveCount(0);
  });
});
