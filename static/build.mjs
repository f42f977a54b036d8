// Builds static/src into static/dist: one script a page, one style sheet.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const src = (f) => join(here, 'src', f);
const dist = join(here, 'dist');
mkdirSync(dist, { recursive: true });

const options = {
  entryPoints: {
    home: src('home.tsx'),
    uplot: src('uplot.ts'),
    editor: src('editor/editor.ts'),
    own: src('own.ts'),
    write: src('write.ts'),
    drills: src('drills.tsx'),
    inventory: src('inventory.ts'),
    theme: src('theme.ts'),
    page: src('page.ts'),
    style: src('styles/style.css'),
  },
  outdir: dist,
  bundle: true,
  minify: !process.env.PLAIN,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none', // whole licences stand in licenses.txt
  loader: { '.md': 'text' },
  logLevel: 'warning',
  metafile: true,
};

// The lab is in two parts, so that the first Step waits for one of them only; what both need is in shared.js.
const lab = { ...options, entryPoints: { lab: src('lab.tsx'), later: src('later.ts') }, splitting: true, chunkNames: 'shared' };

// Whoever opens a lab waits for these; the limit leaves the browser little to do on a slow line.
const first = ['theme.js', 'lab.js', 'shared.js'];
const budget = 90 * 1024;

// licenses are the notices of every package that a file of dist has code of.
function licenses(inputs) {
  const packages = new Set();
  for (const file of Object.keys(inputs)) {
    const found = file.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (found) packages.add(found[0]);
  }
  const notices = [...packages].map((dir) => {
    const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
    if (!file) throw new Error(`${name}: expected a file LICENSE in ${dir}`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(dir, file), 'utf8')
      .replace(/\r/g, '')
      .replace(/[ \t]+$/gm, '')
      .trim()}\n`;
  });
  return `The scripts of these pages contain code of others.\n\n${notices.sort().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

for (const old of readdirSync(dist)) if (!old.startsWith('.')) rmSync(join(dist, old));
copyFileSync(src('icon.svg'), join(dist, 'icon.svg'));
if (process.argv.includes('--watch')) {
  for (const o of [options, lab]) await (await esbuild.context(o)).watch();
} else {
  const built = await Promise.all([options, lab].map((o) => esbuild.build(o)));
  // A browser that knows this line compiles the functions beside its main thread while it loads them, not one by one as they are called first.
  for (const f of ['lab.js', 'shared.js']) writeFileSync(join(dist, f), `//# allFunctionsCalledOnLoad\n${readFileSync(join(dist, f), 'utf8')}`);
  writeFileSync(join(dist, 'licenses.txt'), licenses(Object.assign({}, ...built.map((b) => b.metafile.inputs))));
  const packed = Object.fromEntries(readdirSync(dist).map((f) => [f, gzipSync(readFileSync(join(dist, f)), { level: 9 }).length]));
  for (const [f, size] of Object.entries(packed)) console.log(`${f.padEnd(12)} ${String(statSync(join(dist, f)).size).padStart(7)} bytes, ${String(size).padStart(6)} gzipped`);
  const sum = first.reduce((n, f) => n + packed[f], 0);
  console.log(`${first.join(' + ')}: ${sum} of ${budget} bytes gzipped before the first Step`);
  if (sum > budget) {
    console.error('build: too much before the first Step. Export what is shown later from static/src/later.ts and show it with <Later>.');
    process.exitCode = 1;
  }
}
