import { defineConfig } from 'vitest/config';

// A busy machine is slow, not wrong: the time limit is far above what a test takes.
export default defineConfig({ test: { include: ['static/test/**/*.test.ts'], environment: 'node', testTimeout: 30_000 } });
