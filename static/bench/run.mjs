// The browser benchmark: npm run bench:browser. It prints what a person would feel, each as median and 95th percentile.
// Each file of this directory called *.bench.mjs exports measures: { name, wanted, run(lab) → text }.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const only = process.argv.slice(2);

function freePort() {
  return new Promise((done) => {
    const s = createServer();
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });
}

async function serve() {
  const dir = mkdtempSync(join(tmpdir(), 'wirestep-bench-'));
  const bin = process.env.WIRESTEP_BIN ?? join(dir, 'server');
  if (!process.env.WIRESTEP_BIN) execFileSync('go', ['build', '-o', bin, './cmd/server'], { cwd: root, stdio: 'inherit' });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(bin, ['-addr', `127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'ignore'] });
  for (let i = 0; i < 100; i++) {
    if (
      await fetch(`${url}/readyz`).then(
        (r) => r.ok,
        () => false,
      )
    )
      break;
    await new Promise((r) => setTimeout(r, 100));
  }
  const stop = () => {
    child.kill('SIGTERM');
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, stop };
}

const { url, stop } = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
try {
  const load = execFileSync('uptime')
    .toString()
    .replace(/.*load average: /, '')
    .trim();
  console.log(`${cpus().length} cores, ${cpus()[0].model}, no GPU, load ${load}`);
  for (const f of readdirSync(here)
    .filter((x) => x.endsWith('.bench.mjs'))
    .sort()) {
    const { measures } = await import(join(here, f));
    for (const m of measures) {
      if (only.length && !only.some((x) => m.name.includes(x))) continue;
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      try {
        console.log(`${m.name.padEnd(46)} ${await m.run({ page, context, url })}   (wanted: ${m.wanted})`);
      } catch (e) {
        console.log(`${m.name.padEnd(46)} failed: ${e.message.split('\n')[0]}`);
        process.exitCode = 1;
      } finally {
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  stop();
}
