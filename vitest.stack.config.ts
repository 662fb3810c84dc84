import { defineConfig } from 'vitest/config';

/** What starts real parts (Kafka, registry, ClickHouse engine): one file at a time, with time enough for Java. */
export default defineConfig({
  test: {
    include: ['packages/**/*.stack.test.ts', 'services/**/*.stack.test.ts', 'test/**/*.stack.test.ts'],
    exclude: ['**/node_modules/**'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
