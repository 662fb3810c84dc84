import { defineConfig } from 'vitest/config';

/** `npm run test:kubernetes`: what needs the programs of build-tools.sh. Minutes, so not a part of `npm test`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.check.ts'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    bail: 1,
    testTimeout: 360_000,
    hookTimeout: 360_000,
  },
});
