import { gzipSync } from 'node:zlib';

const ms = (x) => `${x.toFixed(1)} ms`;

function spread(list) {
  const s = [...list].sort((a, b) => a - b);
  const at = (q) => s[Math.min(s.length - 1, Math.floor(q * s.length))];
  return `p50 ${ms(at(0.5))}, p95 ${ms(at(0.95))}, most ${ms(s[s.length - 1])}, of ${s.length}`;
}

async function open(page, url, path) {
  await page.goto(url + path);
  await page.waitForSelector('.dg-svg .seg, .dg-svg .note, .dg-svg .head-time');
}

const place = (page) =>
  page
    .locator('.where')
    .textContent()
    .then((t) => Number(/(\d+) \//.exec(t)[1]));

/** Goes to the last event: the key for it, once the run was run to its end. */
async function toEnd(page) {
  await page.getByRole('button', { name: /Until/ }).click();
  await page.getByRole('button', { name: 'The end', exact: true }).click();
  await page.waitForFunction(() => !document.querySelector('.where')?.textContent?.includes('+'), undefined, { timeout: 240_000 });
}

/**
 * Times keys: from the trusted key event to the end of the first frame after
 * which the page shows another event. No frame is asked for before that event
 * is in the page: a browser draws a frame that a handler of a key asks for
 * before it lets anything else happen, the server's answer included, and nobody
 * who presses a key asks for one.
 */
async function keys(page, key, times) {
  await page.evaluate(() => {
    window.took = [];
    const where = document.querySelector('.where');
    let pressed = null;
    new MutationObserver(() => {
      if (!pressed || where.textContent === pressed.before) return;
      const at = pressed.at;
      pressed = null;
      requestAnimationFrame(() => {
        // A message comes after the frame in which it was posted.
        const c = new MessageChannel();
        c.port1.onmessage = () => window.took.push(performance.now() - at);
        c.port2.postMessage(0);
      });
    }).observe(where, { subtree: true, childList: true, characterData: true });
    addEventListener(
      'keydown',
      (e) => {
        pressed = { at: e.timeStamp, before: where.textContent };
      },
      { capture: true },
    );
  });
  for (let i = 0; i < times; i++) {
    await page.keyboard.press(key);
    await page.waitForFunction((k) => window.took.length > k, i, { timeout: 20_000, polling: 20 });
    await page.waitForTimeout(60);
  }
  return page.evaluate(() => window.took);
}

/** The same for a trivial change of a picture of the same size: the floor on this machine. */
async function floor(page) {
  await page.evaluate(() => {
    window.took = [];
    const svg = document.querySelector('.dg-svg');
    const head = svg.querySelector('.head');
    addEventListener(
      'keydown',
      (e) => {
        if (e.key !== 'q') return;
        head.setAttribute('transform', `translate(0 ${100 + (window.took.length % 2) * 40})`);
        requestAnimationFrame(() => {
          const c = new MessageChannel();
          c.port1.onmessage = () => window.took.push(performance.now() - e.timeStamp);
          c.port2.postMessage(0);
        });
      },
      { capture: true },
    );
  });
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('q');
    await page.waitForFunction((k) => window.took.length > k, i, { polling: 20 });
    await page.waitForTimeout(40);
  }
  return page.evaluate(() => window.took);
}

/** Lengths of frames while something is done in each. */
const frames = (page, what, count) =>
  page.evaluate(
    ([name, n]) =>
      new Promise((done) => {
        const dg = document.querySelector('.dg');
        const r = dg.getBoundingClientRect();
        const list = [];
        let last = 0;
        const wheel = (i) =>
          dg.dispatchEvent(
            new WheelEvent('wheel', { deltaY: Math.floor(i / 40) % 2 ? 40 : -40, ctrlKey: true, bubbles: true, cancelable: true, clientX: r.left + 300, clientY: r.top + 300 }),
          );
        const frame = (t) => {
          if (last) list.push(t - last);
          last = t;
          if (list.length >= n) return done(list);
          if (name === 'zoom') wheel(list.length);
          else dg.scrollTop += 24;
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    [what, count],
  );

const BULK = `scene "bulk"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms rate 100mbit
program server
  s = listen(:80, 128)
  c = accept(s)
  read(c, eof)
program client
  c = connect(server:80)
  write(c, 14000000)
`;

async function bulk(page, url) {
  const r = await page.request.post(`${url}/api/sessions`, { data: { scene: BULK } });
  await open(page, url, (await r.json()).url);
  // One "until" goes so far and no further: ask again.
  for (let n = -1; ; ) {
    await page.getByRole('button', { name: /Until/ }).click();
    await page.getByRole('button', { name: 'The end', exact: true }).click();
    await page.waitForFunction((k) => Number(/(\d+) \//.exec(document.querySelector('.where')?.textContent ?? '')?.[1]) > k, n, { timeout: 60_000, polling: 100 });
    await page.waitForTimeout(700);
    const now = await place(page);
    if (now >= 20_000 || now === n || !(await page.locator('.where').textContent()).includes('+')) return now;
    n = now;
  }
}

/**
 * From the beginning of the page to the end of the first frame that shows an event
 * which a key asked for. Nothing of the test's own library is put into the page: it
 * is as much to compile as the lab, and nobody's browser has it.
 */
async function firstInteraction(page, context, address) {
  const cdp = await context.newCDPSession(page);
  const told = {};
  cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
    told[name] = Number(payload);
  });
  await cdp.send('Page.enable');
  await cdp.send('Runtime.enable');
  for (const name of ['benchDrawn', 'benchStepped']) await cdp.send('Runtime.addBinding', { name });
  const watch = () => {
    new MutationObserver((_, watch) => {
      if (document.querySelector('.dg-svg')) benchDrawn(String(performance.now()));
      if (!/\b[1-9]\d* \//.test(document.querySelector('.where')?.textContent ?? '')) return;
      watch.disconnect();
      requestAnimationFrame(() => {
        const c = new MessageChannel();
        c.port1.onmessage = () => benchStepped(String(performance.now()));
        c.port2.postMessage(0);
      });
    }).observe(document, { subtree: true, childList: true, characterData: true });
  };
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${watch})()` });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.goto(address, { waitUntil: 'commit' });
  // A person presses until something happens.
  for (let i = 0; i < 600 && !told.benchStepped; i++) {
    if (told.benchDrawn) await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(20);
  }
  return ms(told.benchStepped);
}

export const measures = [
  {
    name: 'A trivial change of a picture',
    wanted: 'the floor',
    async run({ page, url }) {
      await open(page, url, '/lab?scene=lossy-link');
      for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(1500);
      return spread(await floor(page));
    },
  },
  {
    name: 'Step, A link that loses',
    wanted: 'p50 ≤ 16, p95 ≤ 33',
    async run({ page, url }) {
      await open(page, url, '/lab?scene=lossy-link');
      return spread(await keys(page, 'ArrowRight', 120));
    },
  },
  {
    name: 'Back, A link that loses',
    wanted: 'p50 ≤ 16, p95 ≤ 33',
    async run({ page, url }) {
      await open(page, url, '/lab?scene=lossy-link');
      await toEnd(page);
      return spread(await keys(page, 'ArrowLeft', 120));
    },
  },
  {
    name: 'Back at the end of 4,000 events',
    wanted: '≤ 50',
    async run({ page, url }) {
      await open(page, url, '/lab?scene=syn-flood');
      await toEnd(page);
      return `${spread(await keys(page, 'ArrowLeft', 30))}; ${await place(page)} events`;
    },
  },
  {
    name: 'Panning 20,000 events',
    wanted: 'median 16.7, p95 < 34, at most 600 nodes',
    async run({ page, url }) {
      const n = await bulk(page, url);
      const list = await frames(page, 'pan', 300);
      return `${spread(list)}; ${n} events, ${await page.locator('.dg *').count()} nodes`;
    },
  },
  {
    name: 'Zooming 20,000 events',
    wanted: 'median 16.7, p95 < 34',
    async run({ page, url }) {
      await bulk(page, url);
      return spread(await frames(page, 'zoom', 200));
    },
  },
  {
    name: 'First interaction, processor 4 times slower',
    wanted: '≤ 1,000',
    run: ({ page, context, url }) => firstInteraction(page, context, `${url}/lab?scene=lossy-link`),
  },
  {
    name: 'JavaScript fetched until the first Step',
    wanted: '≤ 90 KB gzipped',
    async run({ page, url }) {
      const scripts = [];
      page.on('response', (r) => {
        if (/javascript/.test(r.headers()['content-type'] ?? '')) scripts.push(r);
      });
      await open(page, url, '/lab?scene=lossy-link');
      await page.evaluate(() => {
        const where = document.querySelector('.where');
        new MutationObserver(() => {
          window.shown ??= performance.timeOrigin + performance.now();
        }).observe(where, { subtree: true, childList: true, characterData: true });
      });
      await page.keyboard.press('ArrowRight');
      const shown = await (await page.waitForFunction(() => window.shown)).jsonValue();
      await page.waitForTimeout(500);
      // What is asked for once the event is there is not waited for.
      const waited = scripts.filter((r) => r.request().timing().startTime < shown);
      let [packed, sent] = [0, 0];
      for (const r of waited) {
        packed += gzipSync(await r.body(), { level: 9 }).length;
        sent += (await r.request().sizes()).responseBodySize;
      }
      const names = waited.map((r) => new URL(r.url()).pathname.split('/').pop());
      return `${(packed / 1024).toFixed(1)} KB (${(sent / 1024).toFixed(1)} as sent): ${names.join(', ')}; ${scripts.length - waited.length} afterwards`;
    },
  },
];
