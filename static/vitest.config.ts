import { defineConfig } from 'vitest/config';

// A busy machine is slow, not wrong: the time limit is far above what a test takes.
// As esbuild's loader has it: the text of a page of docs/.
const md = { name: 'md', transform: (text: string, id: string) => (id.endsWith('.md') ? `export default ${JSON.stringify(text)}` : null) };

export default defineConfig({ plugins: [md], test: { include: ['static/test/**/*.test.ts'], environment: 'node', testTimeout: 30_000 } });
