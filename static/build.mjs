// Builds static/src into static/dist: one script a page, one style sheet.
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const src = (f) => join(here, 'src', f);
const dist = join(here, 'dist');
mkdirSync(dist, { recursive: true });

const options = {
  entryPoints: { lab: src('lab.tsx'), home: src('home.tsx'), uplot: src('uplot.ts'), theme: src('theme.ts'), page: src('page.ts'), style: src('styles/style.css') },
  outdir: dist,
  bundle: true,
  minify: !process.env.PLAIN,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

copyFileSync(src('icon.svg'), join(dist, 'icon.svg'));
if (process.argv.includes('--watch')) {
  const ctx = await esbuild.context(options);
  await ctx.watch();
} else {
  await esbuild.build(options);
  const { readFileSync } = await import('node:fs');
  for (const f of readdirSync(dist)) {
    const b = readFileSync(join(dist, f));
    console.log(`${f.padEnd(12)} ${String(statSync(join(dist, f)).size).padStart(7)} bytes, ${String(gzipSync(b, { level: 9 }).length).padStart(6)} gzipped`);
  }
}
