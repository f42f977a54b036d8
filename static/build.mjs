// Builds static/src into static/dist: one script a page, one style sheet.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

// What the lab fetches later shares code with it: that is chunk.js. One such file, so that their names stay.
const lab = { ...options, entryPoints: { lab: src('lab.tsx') }, splitting: true, chunkNames: '[name]' };

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

copyFileSync(src('icon.svg'), join(dist, 'icon.svg'));
if (process.argv.includes('--watch')) {
  for (const o of [options, lab]) await (await esbuild.context(o)).watch();
} else {
  const built = await Promise.all([options, lab].map((o) => esbuild.build(o)));
  writeFileSync(join(dist, 'licenses.txt'), licenses(Object.assign({}, ...built.map((b) => b.metafile.inputs))));
  for (const f of readdirSync(dist)) {
    const b = readFileSync(join(dist, f));
    console.log(`${f.padEnd(12)} ${String(statSync(join(dist, f)).size).padStart(7)} bytes, ${String(gzipSync(b, { level: 9 }).length).padStart(6)} gzipped`);
  }
}
