/**
 * The migration as a process: topics, schemas and tables of the installation that the environment names. 0 = up to
 * date, 1 = it could not be done (a supervisor tries again), 2 = the environment has to be changed first.
 */
import { ConfigError, parseEnvironment, sharedEnvironmentSchema } from './env-config.ts';
import { asError } from './errors.ts';
import { createLog } from './log.ts';
import { migrate } from './migrate.ts';

process.exit(await run());

async function run(): Promise<number> {
  try {
    const env = parseEnvironment(sharedEnvironmentSchema, process.env);
    const log = createLog({ service: 'migrate', level: env.LOG_LEVEL });
    try {
      await migrate({
        brokers: env.KAFKA_BROKERS.join(','),
        registryUrl: env.SCHEMA_REGISTRY_URL,
        clickhouseUrl: env.CLICKHOUSE_URL,
        log: (part) => log.info({ part }, 'up to date'),
      });
      return 0;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      log.error({ error: asError(error) }, 'migration failed');
      return 1;
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`migration cannot start. ${error.message}\n`);
    return 2;
  }
}
