import { defineConfig } from 'vitest/config';

/** Unit, property and pipeline tests. What needs the local stack lives in test/ and has a project of its own. */
export default defineConfig({
  test: {
    include: ['schemas/**/*.test.ts', 'packages/**/*.test.ts', 'services/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.stack.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 30_000,
  },
});
