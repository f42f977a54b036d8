import { expect, test } from './lab';

/** Corners of every label and ends of every line, in pixels of the screen. */
async function geometry(page: import('@playwright/test').Page) {
  return page.evaluate(() => {
    const svg = document.querySelector<SVGSVGElement>('.dg-svg');
    if (!svg) return { labels: [], lines: [] };
    const labels = [...svg.querySelectorAll<SVGTextElement>('.seg .label, .seg .fate, .note text, .bracket-text')].map((t) => {
      const b = t.getBBox();
      const m = t.getCTM();
      const at = (x: number, y: number) => (m ? [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f] : [0, 0]);
      // The line box of a font is taller than its letters.
      const top = b.y + b.height * 0.2;
      const bottom = b.y + b.height * 0.86;
      return { text: t.textContent ?? '', quad: [at(b.x, top), at(b.x + b.width, top), at(b.x + b.width, bottom), at(b.x, bottom)] };
    });
    const lines = [...svg.querySelectorAll<SVGPathElement>('.seg .hit')].flatMap((p) => {
      const m = p.getCTM();
      const d = p.getAttribute('d') ?? '';
      const pts = d
        .split(/[ML]/)
        .filter(Boolean)
        .map((s) => s.trim().split(/[ ,]+/).map(Number))
        .map(([x, y]) => (m ? [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f] : [x, y]));
      return pts.slice(1).map((q, i) => [pts[i], q]);
    });
    return { labels, lines };
  });
}

function overlap(p: number[][], q: number[][]): boolean {
  for (const [s] of [[p], [q]]) {
    for (let i = 0; i < s.length; i++) {
      const [a, b] = [s[i], s[(i + 1) % s.length]];
      const [nx, ny] = [a[1] - b[1], b[0] - a[0]];
      const len = Math.hypot(nx, ny);
      if (!len) continue;
      const span = (r: number[][]) => r.map((v) => (v[0] * nx + v[1] * ny) / len);
      const [x, y] = [span(p), span(q)];
      if (Math.max(...x) <= Math.min(...y) + 0.5 || Math.max(...y) <= Math.min(...x) + 0.5) return false;
    }
  }
  return true;
}

for (const width of [1440, 390]) {
  test(`no label lies on a line or on another label at ${width} pixels`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await lab.open('/lessons/handshake');
    await page.getByRole('slider').focus();
    for (let round = 0; round < 3; round++) {
      await lab.stepUpTo(5);
      await lab.still();
      const { labels, lines } = await geometry(page);
      expect(labels.length).toBeGreaterThan(0);
      const hits: string[] = [];
      for (const [i, l] of labels.entries()) {
        for (const m of labels.slice(i + 1)) if (overlap(l.quad, m.quad)) hits.push(`"${l.text}" on "${m.text}"`);
        for (const s of lines) if (overlap(l.quad, s)) hits.push(`"${l.text}" on a line`);
      }
      expect(hits).toEqual([]);
    }
  });
}

test('the first ten events of a handshake are read without scrolling', async ({ lab, page }) => {
  await lab.open('/lessons/handshake');
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
  await expect(page.locator('.ghost-text')).toBeVisible();
  await page.mouse.up();
  await expect(lab.seg(1)).toHaveAttribute('aria-label', /delayed by you/);
});

test('back, scrub and step show the same thing as before', async ({ lab, page }) => {
  await lab.open('/lessons/handshake');
  for (let i = 0; i < 6; i++) if (await lab.button('Step ▸').isEnabled()) await lab.button('Step ▸').click();
  await expect.poll(() => lab.n()).toBeGreaterThan(4);
  const n = await lab.n();
  const look = () => page.locator('.dg-svg').evaluate((e) => e.querySelector('.ways')?.innerHTML.replace(/ (lit|chosen)/g, ''));
  const before = await look();
  const slider = page.getByRole('slider');
  await slider.fill('2');
  await expect.poll(() => lab.n()).toBe(2);
  await slider.fill(String(n));
  await expect.poll(() => lab.n()).toBe(n);
  expect(await look()).toBe(before);
});
