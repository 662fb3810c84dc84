/**
 * `npm run backup -- --to DIR` and `npm run restore -- --from DIR` for the installation that the environment names. 0 =
 * done, 1 = it could not be done (the same command goes on with it), 2 = the command or the environment has to be changed.
 */
import { parseArgs } from 'node:util';
import { openKafkaBroker } from '../broker/kafka-broker.ts';
import { openExactWriter } from '../broker/kafka-exact-writer.ts';
import { systemClock } from '../clock.ts';
import {
  ConfigError,
  clickHouseOptionsOf,
  kafkaConnectionOf,
  parseEnvironment,
  registryOptionsOf,
  type SharedEnvironment,
  sharedEnvironmentSchema,
} from '../env-config.ts';
import { asError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { migrate } from '../migrate.ts';
import { openRegistry } from '../registry.ts';
import { backUp } from './backup.ts';
import { restore } from './restore.ts';
import { openTableStore } from './table-rows.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const usage = 'usage: npm run backup -- --to DIR, or npm run restore -- --from DIR\n';

process.exit(await run());

async function run(): Promise<number> {
  const asked = folderOf(process.argv.slice(2));
  if (asked === null) {
    process.stderr.write(usage);
    return 2;
  }
  try {
    const env = parseEnvironment(sharedEnvironmentSchema, process.env);
    await (asked.task === 'backup' ? runBackup(asked.folder, env) : runRestore(asked.folder, env));
    return 0;
  } catch (error) {
    process.stderr.write(`${asked.task} failed. ${asError(error).message}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

function folderOf(words: string[]): { readonly task: 'backup' | 'restore'; readonly folder: string } | null {
  const options = { to: { type: 'string' }, from: { type: 'string' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: words, allowPositionals: true, options });
    const [task] = positionals;
    if (task === 'backup' && values.to) return { task, folder: values.to };
    if (task === 'restore' && values.from) return { task, folder: values.from };
    return null;
  } catch (error) {
    process.stderr.write(`${asError(error).message}\n`);
    return null;
  }
}

async function runBackup(folder: string, env: SharedEnvironment): Promise<void> {
  const broker = await openKafkaBroker({ ...kafkaConnectionOf(env, 'adherence-backup'), log: silentLog });
  const tables = openTableStore(clickHouseOptionsOf(env), systemClock);
  try {
    const registry = openRegistry(registryOptionsOf(env));
    await backUp(folder, { broker, registry, tables, clock: systemClock, say });
    say(`backup finished in ${folder}; SECRETS_KEY is not in it: keep it elsewhere`);
  } finally {
    await Promise.all([broker.close(), tables.close()]);
  }
}

async function runRestore(folder: string, env: SharedEnvironment): Promise<void> {
  const connection = kafkaConnectionOf(env, 'adherence-restore');
  const broker = await openKafkaBroker({ ...connection, log: silentLog });
  const writer = await openExactWriter(connection, silentLog);
  const tables = openTableStore(clickHouseOptionsOf(env), systemClock);
  const registry = openRegistry(registryOptionsOf(env));
  try {
    await restore(folder, {
      broker,
      writer,
      registry,
      tables,
      say,
      migrate: () =>
        migrate({
          brokers: env.KAFKA_BROKERS.join(','),
          registryUrl: env.SCHEMA_REGISTRY_URL,
          clickhouseUrl: env.CLICKHOUSE_URL,
          log: say,
        }),
    });
    say('restore finished; start the services with the SECRETS_KEY of the backup');
  } finally {
    await Promise.all([broker.close(), writer.close(), tables.close()]);
  }
}
