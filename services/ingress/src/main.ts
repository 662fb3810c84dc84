/** The ingress as a process. */
import { parseEnvironment } from '@adherence/runtime/env-config.ts';
import { processHost, runService } from '@adherence/runtime/service.ts';
import { configSchema } from './config.ts';
import { withSpool } from './open-resources.ts';
import { start } from './start.ts';

await runService(
  {
    name: 'ingress',
    parseConfig: (environment) => parseEnvironment(configSchema, environment),
    start,
  },
  withSpool(processHost),
);
