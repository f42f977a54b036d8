import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './lab';

const golden = join(import.meta.dirname, '../../engine/testdata/golden');
const scenes = readdirSync(golden).filter((f) => f.endsWith('.scene'));
const chosen = scenes.filter((_, i) => i % Math.floor(scenes.length / 22) === 0).slice(0, 22);

const lost = `scene "A lost SYN-ACK"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 128)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  write(c, 3000)
  close(c)
`;

test('a retransmission leads to the person who dropped what would have prevented it', async ({ lab, page }) => {
  await lab.scene(lost);
  await page.keyboard.press('Escape');
  while (!(await page.locator('[data-key="p2"]').count())) await page.keyboard.press('n');
  await lab.click(2);
  await page.keyboard.press('x');
  const title = page.locator('.why h3').first();
  await expect(title).toContainText('network'); // the drop itself, not the sending of what was chosen
  const silence = page.locator('.silence');
  await expect(silence).toContainText('waits for the SYN-ACK');
  await expect(silence).toContainText('was taken');
  await page.keyboard.press('n');
  const mine = page.locator('.chain .mine');
  await expect(mine).toContainText('You dropped the SYN-ACK');
  await expect(page.locator('.chain li').last()).toContainText('connect');
  await page.getByRole('button', { name: 'Compare with: not dropped' }).click();
  await expect(page.locator('.cmp')).toBeVisible();
});

test('the level is remembered, and a story has no variables', async ({ lab, page }) => {
  await lab.scene(lost);
  for (let i = 0; i < 8; i++) await page.keyboard.press('n');
  await page.getByRole('radio', { name: 'story' }).last().check({ force: true });
  await expect(page.locator('.why .spans')).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'story' }).last()).toBeChecked();
  await page.locator('.canvas').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('v');
  await expect(page.getByRole('radio', { name: 'student' }).last()).toBeChecked();
});

test('finds where a condition came true, and goes there', async ({ lab, page }) => {
  await lab.scene(lost);
  for (let i = 0; i < 12; i++) await page.keyboard.press('n');
  await page.keyboard.press('/');
  await page.getByLabel('Condition').fill('server.state == ESTABLISHED');
  await page.keyboard.press('Enter');
  await expect(page.locator('dialog .chain li')).toHaveCount(1);
  const n = await page.locator('dialog .chain b').textContent();
  await page.locator('dialog .chain button').click();
  await expect(page.locator('.why h3').first()).toContainText(`Event ${n}`, { ignoreCase: true });
  await page.keyboard.press('/');
  await page.getByLabel('Condition').fill('server.nothing > 0');
  await page.keyboard.press('Enter');
  await expect(page.locator('dialog .wrong')).toContainText('has no');
});

test('a number is a button: history, focus back, watch', async ({ lab, page }) => {
  await lab.scene(lost);
  for (let i = 0; i < 8; i++) await page.keyboard.press('n');
  await page.getByRole('tab', { name: 'Sockets' }).click();
  await expect(page.locator('#panel [data-value][tabindex="0"]')).toHaveCount(1);
  const first = page.locator('#panel [data-value]').first();
  await first.focus();
  await page.keyboard.press('ArrowDown');
  const second = page.locator('#panel [data-value]').nth(1);
  await expect(second).toBeFocused();
  await page.keyboard.press('Enter');
  const pop = page.locator('.history:popover-open');
  await expect(pop.locator('tbody tr, .history-none').first()).toBeVisible();
  await page.keyboard.press('p');
  await page.keyboard.press('Escape');
  await expect(pop).toHaveCount(0);
  await expect(second).toBeFocused();
  await expect(page.locator('.watches li')).toHaveCount(1);
});

test('a state and a timer of the diagram are values too: by mouse and by keys', async ({ lab, page }) => {
  await lab.scene(lost);
  for (let i = 0; i < 8; i++) await page.keyboard.press('n');
  const pop = page.locator('.history:popover-open');
  const text = page.locator('.bracket-text[data-of]').first();
  await text.click();
  await expect(pop.locator('tbody tr').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(pop).toHaveCount(0);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-key') ?? '');
  await expect.poll(focused).toMatch(/^t/);
  // The arrows come to a state, Enter asks it; there is one stop for Tab.
  for (let i = 0; i < 12 && !(await focused()).startsWith('s'); i++) {
    const before = await focused();
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).not.toBe(before);
  }
  await page.keyboard.press('Enter');
  await expect(pop).toContainText('SYN_SENT');
  await page.keyboard.press('Escape');
  await expect(page.locator('.dg-svg [data-key][tabindex="0"]')).toHaveCount(1);
});

test('the one stop of a panel survives what the panel draws anew', async ({ lab, page }) => {
  await lab.scene(lost);
  for (let i = 0; i < 8; i++) await page.keyboard.press('n');
  await page.getByRole('tab', { name: 'Timers' }).click();
  const stop = page.locator('#panel [data-value][tabindex="0"]');
  await expect(stop).toHaveCount(1);
  await stop.focus();
  for (let i = 0; i < 6; i++) {
    await page.getByRole('button', { name: 'Step' }).click();
    if (await page.locator('#panel [data-value]').count()) await expect(stop).toHaveCount(1);
  }
  // A table that is closed hides its values: none of them is the stop.
  await page.getByRole('tab', { name: 'Window' }).click();
  await expect(stop).toHaveCount(0);
  await page.locator('#panel details summary').first().click();
  await expect(stop).toHaveCount(1);
});

const FEW = 8; // values of a tab that are alike are asked in part; the engine's TestHistoryOfEveryNumber asks all

/** Opens values of a tab one after the other; each names the event that set it, or says that nothing has. */
function askAll(few: number): Promise<number> {
  for (const d of document.querySelectorAll<HTMLDetailsElement>('#panel details')) d.open = true;
  const all = [...document.querySelectorAll<HTMLElement>('#panel [data-value]')];
  const every = Math.max(1, Math.ceil(all.length / few));
  const list = all.filter((_, i) => i % every === 0);
  const one = async (b: HTMLElement) => {
    b.click();
    const until = performance.now() + 10_000;
    while (!document.querySelector('.history:popover-open tbody button, .history:popover-open .history-none')) {
      if (performance.now() > until) throw new Error(`no answer from ${b.textContent}`);
      await new Promise((done) => setTimeout(done));
    }
    (document.querySelector('.history:popover-open') as HTMLElement).hidePopover();
    // No more in a second than the server takes from one page.
    for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
  };
  return list.reduce((before, b) => before.then(() => one(b)), Promise.resolve()).then(() => list.length);
}

for (const half of [0, 1]) {
  test(`the numbers of every tab answer, in ${chosen.length / 2} scenes (${half + 1})`, async ({ lab, page }) => {
    for (const name of chosen.filter((_, i) => i % 2 === half)) {
      await lab.scene(readFileSync(join(golden, name), 'utf8'));
      for (let i = 0; i < 9; i++) await page.keyboard.press('n');
      let asked = 0;
      for (const tab of ['Sockets', 'Queues', 'Window', 'Charts', 'Timers', 'Sysctl', 'Why']) {
        await page.getByRole('tab', { name: tab }).click();
        if (tab === 'Queues') await expect(page.locator('#panel')).not.toContainText('Loading');
        asked += await page.evaluate(askAll, FEW);
      }
      expect(asked, name).toBeGreaterThan(1);
    }
  });
}
