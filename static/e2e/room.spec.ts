import type { Page } from '@playwright/test';
import { expect, test } from './lab';

/** The buttons whose middle somebody cannot press: cut off by the edge of the page, or under something else. */
function unreachable(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a.button, select')].flatMap((b) => {
      if (!b.checkVisibility({ visibilityProperty: true })) return [];
      const r = b.getBoundingClientRect();
      const [x, y] = [r.left + r.width / 2, r.top + r.height / 2];
      // What a list has scrolled away comes back by scrolling.
      for (let s = b.parentElement; s; s = s.parentElement) {
        const q = s.getBoundingClientRect();
        if (s.scrollHeight > s.clientHeight && /auto|scroll/.test(getComputedStyle(s).overflowY) && (y < q.top + 1 || y > q.bottom - 1)) return []; // on the edge, too
      }
      const at = document.elementFromPoint(x, y);
      const whole = r.left >= -1 && r.right <= innerWidth + 1;
      return whole && at && b.contains(at) ? [] : [`${b.getAttribute('aria-label') ?? b.textContent} at ${Math.round(r.left)}…${Math.round(r.right)}`];
    }),
  );
}

for (const lang of ['en', 'zh-CN']) {
  test(`${lang}: no button is cut off or covered, in a scene, a lesson, a comparison`, async ({ lab, page }) => {
    const everyWidth = async (where: string) => {
      for (const [width, height] of [
        [1440, 900],
        [1366, 768],
        [1180, 800],
        [900, 700],
      ]) {
        await page.setViewportSize({ width, height });
        await lab.still();
        expect(await unreachable(page), `${where}, ${width}`).toEqual([]);
      }
    };
    await lab.open(`/lessons/lost-syn?lang=${lang}`);
    await everyWidth('lesson');
    await page.setViewportSize({ width: 1440, height: 900 });
    await lab.open(`/lab?scene=lossy-link&lang=${lang}`);
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
    await expect(lab.seg(1)).toBeVisible();
    await everyWidth('scene');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await lab.still();
    await page.locator('.dg-svg [data-key^=p]').first().focus();
    await page.keyboard.press('x');
    await expect(page.locator('.bar .many')).toBeVisible(); // a branch
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('k');
    await expect(page.locator('.cmp-verdict')).toBeVisible();
    await everyWidth('comparison');
  });
}
