import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './lab';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: a script passes, a changed one fails at its line, and axe finds nothing`, async ({ lab, page }) => {
    await page.addInitScript((t) => localStorage.setItem('theme', t), theme);
    const clean = async () => {
      const found = await new AxeBuilder({ page }).withTags(rules).analyze();
      expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
    };
    await page.goto('/');
    await page.getByRole('link', { name: 'Scripts' }).click();
    const text = page.getByLabel('The text of the script');
    const good = await text.inputValue();
    await clean();

    await lab.button('Run it').click();
    await expect(page.locator('.verdict')).toContainText('Passed: all 10 lines');
    await expect(page.locator('tr[data-state="ok"]')).toHaveCount(10);
    await expect(page.locator('svg.sequence .arrow')).toHaveCount(5);
    await page.locator('tr[data-state="ok"] summary').first().click();
    await page.screenshot({ path: `static/test-results/shots/scripts-pass-${theme}.png`, fullPage: true });
    await clean();

    await text.fill(good.replace('ack 101', 'ack 90'));
    await lab.button('Run it').click();
    await expect(page.locator('.verdict')).toContainText('Failed at line 10');
    const failed = page.locator('tr[data-state="fail"]');
    await expect(failed).toHaveCount(1);
    await expect(failed).toContainText('✗');
    await expect(failed.locator('dl')).toContainText('ack 90');
    await expect(failed.locator('dl')).toContainText('ack 101');
    await expect(page.locator('tr[data-state="not-run"]')).toHaveCount(1);
    await expect(page.locator('svg.sequence .arrow[data-failed]')).toHaveCount(1);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `static/test-results/shots/scripts-fail-${theme}-${width}.png`, fullPage: true });
      await clean();
    }
  });
}
