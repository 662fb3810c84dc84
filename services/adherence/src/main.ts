/** The adherence service as a process. */
import { parseEnvironment } from '@adherence/runtime/env-config.ts';
import { runService } from '@adherence/runtime/service.ts';
import { configSchema } from './config.ts';
import { start } from './start.ts';

await runService({
  name: 'adherence',
  usesClickHouse: true,
  parseConfig: (environment) => parseEnvironment(configSchema, environment),
  start,
});
