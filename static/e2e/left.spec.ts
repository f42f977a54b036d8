import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './lab';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

async function axe(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).withTags(rules).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
}

const trying = (page: Page, name: string) => page.locator('.try', { hasText: name });

test('a free scene says what it is; a thing to try is one click, says what it came to, and is one move', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await expect(page.getByRole('heading', { level: 1, name: 'A whole life' })).toBeVisible();
  await expect(page.locator('.about > p')).toContainText('TIME_WAIT');
  await expect(page.getByText('No moves yet. Grab any segment.')).toBeVisible();
  await axe(page);
  const third = trying(page, 'with less patience');
  await third.getByRole('button').click();
  await expect(third.locator('.says')).toHaveText('connect() returned ETIMEDOUT after 7 s and 5 more SYNs.');
  await expect(page.locator('.where')).toContainText('7.000 s');
  await expect(page.locator('ol.acts > li')).toHaveCount(1);
  await expect(page.locator('ol.acts > li .one')).toHaveText(['drop every SYN from client', 'sysctl client net.ipv4.tcp_syn_retries = 2']);
  await axe(page);

  await page.keyboard.press('z');
  await expect(page.locator('ol.acts > li')).toHaveClass(/off/);
  await expect(page.getByText('The last move is undone')).toBeVisible();
  await page.keyboard.press('Shift+Z');
  await expect(page.locator('ol.acts > li')).not.toHaveClass(/off/);
  await expect(page.locator('.where')).toContainText('7.000 s');
});

const two = `scene "One loss"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 8)
  c = accept(s)
  read(c, eof)
program client
  c = connect(server:80)
  write(c, 100)
  close(c)
`;

test('a move is switched off and on in place', async ({ lab, page }) => {
  await lab.scene(two);
  await lab.button('Step').click();
  await lab.click(1);
  await page.keyboard.press('x');
  const row = page.locator('ol.acts > li');
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('dropped SYN');
  await row.getByRole('checkbox').click();
  await expect(row).toHaveClass(/off/);
  await row.getByRole('checkbox').click();
  await expect(row).not.toHaveClass(/off/);
});

test('by keys alone: T opens the text, an error is told at its line, a setting completes, and it runs beside', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await page.keyboard.press('t');
  const editor = page.getByRole('textbox', { name: 'Text of the scene' });
  await expect(page.locator('.editor[data-ready]')).toBeVisible();
  await expect(editor).toBeFocused(); // or the next letters would be moves
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\nlink client nobody');
  const told = page.locator('.cm-mistake');
  await expect(told).toHaveText('27: no host is called "nobody", expected client or server');
  await expect(page.locator('.cm-wrong')).toHaveText('nobody');
  await expect(page.locator('.wrong-list')).toContainText('Line 27');
  await expect(lab.button('Run this text')).toBeDisabled();
  await axe(page);

  await page.keyboard.press('Shift+Home');
  await page.keyboard.type('sysctl client net.ipv4.tcp_syn_r');
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('net.ipv4.tcp_syn_retries');
  // The list takes no key in the instant in which it opens: a few frames later it does.
  await page.evaluate(
    () =>
      new Promise((done) => {
        let frames = 0;
        const next = () => (++frames > 12 ? done(0) : requestAnimationFrame(next));
        next();
      }),
  );
  await page.keyboard.press('Enter');
  await page.keyboard.type('2');
  await expect(page.locator('.cm-line').last()).toHaveText('sysctl client net.ipv4.tcp_syn_retries = 2');
  await expect(told).toHaveCount(0);

  // Escape leaves the text, and Tab goes on from there.
  await page.keyboard.press('Escape');
  await expect(lab.button('Run this text')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(lab.button("Back to the scene's text")).toBeFocused();

  // It runs as a branch of this session, beside the run before.
  await editor.focus();
  await page.keyboard.press('Control+Enter');
  const beside = lab.button('Compare with the run before');
  await expect(beside).toBeVisible();
  await expect(editor).toBeFocused();
  await expect(page.locator('header .chip:not(.status)')).toContainText('changed text');
  await expect(page.locator('.cm-line').last()).toHaveText('sysctl client net.ipv4.tcp_syn_retries = 2');
  await expect(lab.button("Back to the scene's text")).toHaveCount(0);

  // With another host it cannot stand beside that: a session of its own opens, with the cursor where it was.
  const before = page.url();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\nhost other 10.0.0.9');
  await expect(page.locator('.wrong-list')).toContainText('Nothing is wrong');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL((u) => u.pathname.startsWith('/lab/') && u.href !== before);
  await expect(page.locator('.editor[data-ready]')).toBeVisible();
  await expect(page.locator('.cm-line').last()).toHaveText('host other 10.0.0.9');
  await expect(page.locator('.dg-svg')).toBeVisible();
  await expect(editor).toBeFocused();
});

test('what was typed stays in this browser until it runs', async ({ lab, page }) => {
  await lab.open('/lab?scene=plain');
  await page.keyboard.press('t');
  await expect(page.locator('.editor[data-ready]')).toBeVisible();
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n# kept');
  await expect(lab.button("Back to the scene's text")).toBeVisible();
  await page.reload();
  await expect(page.locator('.dg-svg')).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.locator('.cm-line').last()).toHaveText('# kept');
  await lab.button("Back to the scene's text").click();
  await expect(page.locator('.cm-line').last()).not.toHaveText('# kept');
});

test("one's own text: what is wrong stands at the form, its line has the focus; a right one runs beside its editor", async ({ page }) => {
  await page.goto('/');
  await page.locator('#scene').fill('host client 10.0.0.1\nlink client nobody\n');
  await page.locator('#paste button[type=submit]').click();
  await expect(page.getByRole('heading', { level: 1, name: 'A scene of your own' })).toBeInViewport();
  await expect(page.locator('#paste-wrong')).toContainText('no host is called "nobody", expected client');
  await expect(page.locator('#paste-wrong')).toBeInViewport();
  await expect(page.locator('.cm-mistake')).toContainText('2: no host is called "nobody"');
  await expect(page.locator('.cm-activeLine')).toHaveText('link client nobody');
  await axe(page);
  await page.keyboard.press('Shift+End');
  await page.keyboard.type('host server 10.0.0.2\nlink client server delay 5ms');
  await expect(page.locator('.cm-mistake')).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/lab\/[a-z0-9]{12}/);
  await expect(page.getByRole('tab', { name: 'Scene text' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.editor[data-ready]')).toBeVisible();
  await expect(page.locator('.dg-svg')).toBeVisible();
});

test('a phone: try, undo and switch by touch, in Chinese and dark', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark', baseURL });
  const page = await context.newPage();
  await page.goto('/lab?scene=accept-queue&lang=zh-CN');
  await page.locator('.panes button').first().tap();
  await page.locator('.try').first().getByRole('button').tap();
  await expect(page.locator('.try .says').first()).toContainText('ECONNRESET');
  const row = page.locator('ol.acts > li').first();
  await row.getByRole('checkbox').tap();
  await expect(row).toHaveClass(/off/);
  await row.getByRole('checkbox').tap();
  await expect(row).not.toHaveClass(/off/);
  for (const x of [row.locator('label'), page.locator('.try button').first()]) {
    const box = await x.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
  await axe(page);
  await context.close();
});

test('a lesson lists the moves of its branch under the step', async ({ lab, page }) => {
  await lab.open('/lessons/lost-syn');
  await lab.button('Do it for me').first().click();
  await expect(page.locator('.moves-made ol.acts > li')).toHaveCount(1);
  await expect(page.locator('.moves-made ol.acts > li')).toContainText('dropped SYN');
});
