import type { Page } from '@playwright/test';
import { expect, type Lab, test } from './lab';

/** A run to its end, the diagram at its first losses, the chart open. */
async function losses(lab: Lab, page: Page): Promise<void> {
  await lab.open('/lab?scene=lossy-link');
  await lab.toEnd();
  await page.keyboard.press('s');
  await expect(page.locator('.ts-plot canvas')).toBeVisible();
  await page.locator('.map-bar').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageDown');
  await expect(page.locator('.ts-plot')).toHaveAttribute('aria-label', /^Sequence, .*marks in view/);
  await lab.still();
}

/** Points at a segment of the diagram, at the middle of its line. */
async function point(lab: Lab, page: Page, id: number): Promise<void> {
  const at = await lab
    .seg(id)
    .locator('.hit, .whole')
    .evaluate((el: SVGPathElement) => {
      const p = el.getPointAtLength(el.getTotalLength() * 0.3);
      const m = el.getScreenCTM();
      return m ? { x: p.x * m.a + m.e, y: p.y * m.d + m.f } : null;
    });
  if (!at) throw new Error('no line');
  await page.mouse.move(at.x, at.y);
}

test('a segment pointed at is marked on both, a click in the chart chooses it', async ({ lab, page }) => {
  await losses(lab, page);
  const lost = page.locator('.seg.lost').first();
  const id = Number((await lost.getAttribute('data-key'))?.slice(1));
  await point(lab, page, id);
  const ring = page.locator('.ts-ring:not(.own)');
  await expect(ring).toBeVisible();
  const says = await ring.getAttribute('data-says');
  const r = await ring.boundingBox();
  if (!r) throw new Error('no ring');
  await page.mouse.move(10, 10);
  await expect(ring).toBeHidden();

  await page.mouse.move(r.x + r.width / 2, r.y + r.height / 2);
  await expect(ring).toHaveAttribute('data-says', says ?? '');
  await expect(lab.seg(id).first()).toHaveClass(/lit/);
  await page.getByRole('tab', { name: 'Sockets' }).click();
  await page.mouse.click(r.x + r.width / 2, r.y + r.height / 2);
  await expect(lab.seg(id).first()).toHaveClass(/chosen/);
  await expect(page.getByRole('tab', { name: 'Why' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.ts-ring.own')).toBeVisible();
});

test('the tinted part is what the diagram shows, and dragging moves the diagram', async ({ lab, page }) => {
  await losses(lab, page);
  const over = await page.locator('.ts-plot .u-over').boundingBox();
  const tint = await page.locator('.ts-view').boundingBox();
  if (!over || !tint) throw new Error('no chart');
  expect(tint.width).toBeGreaterThan(over.width / 3);
  expect(tint.width).toBeLessThan(over.width);
  const top = () => page.locator('.dg').evaluate((e) => e.scrollTop);
  const before = await top();
  await page.mouse.move(over.x + over.width / 2, over.y + 20);
  await page.mouse.down();
  await page.mouse.move(over.x + over.width / 2 - 160, over.y + 20, { steps: 5 });
  await page.mouse.up();
  await expect.poll(top).toBeGreaterThan(before + 40);
});

test('the chart is opened by its key, remembered, and read as a table', async ({ lab, page }) => {
  await losses(lab, page);
  await lab.button('Table of the chart').click();
  const table = page.locator('.ts-table');
  await expect(table).toContainText('SACK 20273:21721');
  await expect(table).toContainText('sent 18825:20273, lost');
  await expect(table).toContainText('sent again 18825:20273');
  await expect(table).toContainText('duplicate ACK 18825');
  const row = table.getByRole('row').filter({ hasText: 'sent again 18825' });
  await row.getByRole('button').click();
  await expect(page.locator('.seg.chosen')).toHaveAttribute('aria-label', /18825/);
  await page.reload();
  await expect(page.locator('.ts')).toBeVisible();
  await page.keyboard.press('s');
  await expect(page.locator('.ts')).toHaveCount(0);
  await page.reload();
  await expect(page.locator('.dg-svg')).toBeVisible();
  await expect(page.locator('.ts')).toHaveCount(0);
});

test('either sender can be drawn', async ({ lab, page }) => {
  await losses(lab, page);
  const sender = page.getByRole('combobox', { name: 'Sender' });
  const label = () => page.locator('.ts-plot').getAttribute('aria-label');
  const was = await label();
  await sender.selectOption({ label: (await sender.locator('option').allInnerTexts()).find((x) => x.startsWith('server')) ?? '' });
  await expect.poll(label).not.toBe(was);
});
