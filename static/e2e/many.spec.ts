import { hits } from './geometry';
import { expect, test } from './lab';

/** A scene in which an attacker sends so many SYNs, 20 µs apart, with made-up sources. */
function flood(syns: number): string {
  const forged = Array.from({ length: syns }, (_, i) => `at ${i * 20}us forge attacker > server flags=S seq=0 from=10.9.${i % 250}.1:${1024 + i} to=server:80`);
  return `scene "flood"
host attacker 10.6.6.6
host server 10.0.0.9
host alice 10.0.0.1
link attacker server delay 10ms
link alice server delay 10ms
program server
  s = listen(:80, 16)
program alice
  at(50ms)
  c = connect(server:80)
${forged.join('\n')}
`;
}

for (const width of [1440, 390]) {
  test(`six lifelines: no label lies on a line or on another label at ${width} pixels`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await lab.open('/lab?scene=many-clients');
    await page.getByRole('slider', { name: 'Place in the run' }).focus();
    await lab.toEnd();
    for (const k of [12, 27, 41, 60, 85, 110]) {
      await page.getByRole('slider', { name: 'Place in the run' }).fill(String(k));
      await expect.poll(() => lab.n()).toBe(k);
      await lab.still();
      expect(await hits(page)).toEqual([]);
    }
  });
}

test('a flood is one band with its number, and opens by keyboard', async ({ lab, page }) => {
  await lab.scene(flood(200));
  await lab.toEnd();
  await lab.still();
  await page.locator('.dg').hover();
  await page.mouse.wheel(0, -100_000);
  await expect.poll(() => page.locator('.dg').evaluate((e) => e.scrollTop)).toBe(0);
  const band = page.locator('.group[role=button]').first();
  await expect(band).toHaveAttribute('aria-label', /^200 SYN from attacker/);
  const before = await page.locator('.seg').count();
  await band.focus();
  await page.keyboard.press('Enter');
  await expect(lab.button('Fold the open band')).toBeVisible();
  await expect.poll(() => page.locator('.seg').count()).toBeGreaterThan(before);
  await lab.button('Fold the open band').click();
  await expect(band).toHaveAttribute('aria-label', /^(19\d|200) SYN/);
});

test('what is filtered stays as a grey trace with a count', async ({ lab, page }) => {
  await lab.open('/lab?scene=many-clients');
  await lab.toEnd();
  await expect(page.locator('.seg.k-ack').first()).toBeVisible();
  await page.getByRole('button', { name: 'Filter' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: 'ACK', exact: true }).focus();
  await page.keyboard.press('Space');
  const open = page.locator('[data-command="filter"]');
  await expect(open).toHaveText(/^\d+ filtered/);
  await page.keyboard.press('Escape');
  await expect(open).toBeFocused();
  await expect(page.locator('.group.dim').first()).toHaveAttribute('aria-label', /filtered/);
  await expect(page.locator('.seg.k-ack')).toHaveCount(0);
});

test('steps asked for faster than they are answered are all made', async ({ lab, page }) => {
  await lab.open('/lab?scene=many-clients');
  for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(() => lab.n()).toBe(14);
});

test('a host is switched off and on by keyboard, and its lifeline says so', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(6);
  for (const [k, what] of ['Switch off', 'Switch on'].entries()) {
    await page.keyboard.press('Shift+H');
    await page.getByRole('dialog').getByRole('combobox').selectOption('server');
    await page.getByRole('dialog').getByRole('button', { name: what }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => lab.n()).toBe(7 + k);
  }
  await expect(page.locator('.band.off').first()).toBeVisible();
  await expect(page.locator('.note.act')).toHaveCount(2);
});

test('the shell is worked by keyboard: it answers, remembers, refuses and acts', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await lab.step(6);
  await page.getByRole('tab', { name: 'Why' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('tab', { name: 'Shell' })).toBeFocused();
  const prompt = page.getByRole('textbox', { name: 'Command on client' });
  await prompt.focus();
  await page.keyboard.type('ss -tan');
  await page.keyboard.press('Enter');
  const log = page.getByRole('log');
  await expect(log).toContainText('Recv-Q Send-Q');
  await page.keyboard.type('frobnicate');
  await page.keyboard.press('Enter');
  await expect(log).toContainText('frobnicate: not found');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(prompt).toHaveValue('ss -tan');
  const n = await lab.n();
  await prompt.fill('sysctl -w net.ipv4.tcp_fin_timeout=30');
  await page.keyboard.press('Enter');
  await expect.poll(() => lab.n()).toBe(n + 1);
  await expect(log).toContainText('net.ipv4.tcp_fin_timeout = 30');
});
