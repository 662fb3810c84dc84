import { runService } from '@adherence/runtime/service.ts';
import { parseConfig } from './config.ts';
import { start } from './start.ts';

await runService({ name: 'console', usesClickHouse: true, parseConfig, start });
