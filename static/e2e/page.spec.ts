import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './lab';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

for (const theme of ['light', 'dark'] as const) {
  for (const lang of ['en', 'zh-CN']) {
    test(`${theme}, ${lang}: axe finds nothing; pictures at 1440 and 390`, async ({ lab, page }) => {
      await page.addInitScript((t) => localStorage.setItem('theme', t), theme);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
        await page.goto(`/?lang=${lang}`);
        await expect(page.locator('.hero-diagram.on')).toBeVisible();
        await page.screenshot({ path: `static/test-results/shots/home-${theme}-${lang}-${width}.png` });
        const home = await new AxeBuilder({ page }).withTags(rules).analyze();
        expect(home.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);

        await lab.open(`/lessons/lost-syn?lang=${lang}`);
        const before = await lab.n();
        for (let i = 1; i <= 3; i++) {
          await page.locator('.t button').nth(3).click();
          await expect.poll(() => lab.n()).toBe(before + i);
        }
        await lab.still();
        await page.screenshot({ path: `static/test-results/shots/lab-${theme}-${lang}-${width}.png` });
        const found = await new AxeBuilder({ page }).withTags(rules).analyze();
        expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
      }
    });
  }
}

test('every tab of the inspector is drawn, and axe finds nothing in it', async ({ lab, page }) => {
  await lab.open('/lab?scene=lossy-link');
  for (let i = 0; i < 25; i++) await lab.button('Step').click();
  for (const [name, what] of [
    ['Sockets', '.machine .here'],
    ['Queues', '.queue'],
    ['Window', '.strip'],
    ['Charts', '.plot canvas'],
    ['Timers', '.timers li'],
    ['Sysctl', '.setting'],
    ['Header', '.box'],
    ['Shell', '.shell-log'],
    ['Why', '.why-title'],
  ]) {
    await page.getByRole('tab', { name }).click();
    await expect(page.locator(what).first()).toBeVisible();
    const found = await new AxeBuilder({ page }).withTags(rules).analyze();
    expect(found.violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
  }
  await lab.button('As table').click();
  const found = await new AxeBuilder({ page }).withTags(rules).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
});

test('ten seconds without a network: what was typed is done once, afterwards', async ({ lab, page, context }) => {
  test.setTimeout(90_000);
  await lab.open('/lessons/lost-syn');
  await lab.sent(1);
  await context.setOffline(true);
  await expect(page.locator('.banner')).toContainText('Connection lost');
  await lab.seg(1).focus();
  await page.keyboard.press('x');
  await expect(page.locator('.banner')).toContainText('One change is waiting');
  await page.waitForTimeout(10_000); // the ten seconds are what is tested
  await context.setOffline(false);
  await expect(page.locator('.banner').filter({ hasText: 'Connection lost' })).toHaveCount(0);
  await expect(lab.seg(1)).toHaveClass(/lost/);
  const rows = await lab.segments();
  expect(rows.filter((r) => /drop packet 1/.test(r)).length).toBe(1);
});

test('reduced motion: play steps without moving anything', async ({ lab, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await lab.open('/lessons/handshake');
  const before = await lab.n();
  await page.locator('.play').click();
  await expect.poll(() => lab.n()).toBeGreaterThan(before);
});
