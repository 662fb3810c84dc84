import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeExit, startChild, untilReady } from './child.ts';
import {
  answersOk,
  consoleUrl,
  doneLine,
  ingressUrl,
  type Launch,
  logFileOf,
  nodeFlags,
  serviceEnvironment,
} from './launcher.ts';
import { nodeCommand } from './node-command.ts';
import { freePort } from './ports.ts';
import { buildWeb } from './web.ts';

/**
 * Every service in one process on the in-memory broker. What Kafka would keep is gone with that process, so nothing
 * of an earlier embedded run is used again, and the end of the process is the end of the run.
 */
export async function launchEmbedded(launched: Launch, because: string): Promise<Launch> {
  const dataDir = join(launched.options.dataDir, 'embedded');
  const options = { ...launched.options, dataDir };
  const embedded: Launch = { ...launched, options, kept: undefined };
  launched.print(banner(because));
  await rm(dataDir, { recursive: true, force: true });
  await buildWeb(embedded);
  const startedAt = performance.now();
  const adminPort = await freePort();
  const nowhere = { kafkaBrokers: '', registryUrl: '', clickhouseUrl: '' };
  const child = await startChild({
    name: 'services',
    command: nodeCommand(),
    args: [...nodeFlags, main],
    env: {
      ...serviceEnvironment(embedded, 'services', nowhere, adminPort),
      UV_THREADPOOL_SIZE: '8',
      TZ: 'UTC',
    },
    logFile: logFileOf(options, 'services'),
    onSpawn: launched.note,
  });
  launched.running.push({ name: 'services', stop: child.stop, kill: child.kill });
  await untilReady(
    child,
    async () =>
      (await answersOk(`${ingressUrl(options)}/readyz`)) && answersOk(`${consoleUrl(options)}/readyz`),
    120_000,
  );
  child.exited.then((exit) =>
    launched.fail(
      `The embedded services ended (${describeExit(exit)}), and with them all data; see ${child.logFile}`,
    ),
  );
  launched.print(doneLine('services', startedAt, `all in one process (${child.pid})`));
  return embedded;
}
const main = fileURLToPath(new URL('./embedded-process.ts', import.meta.url));

const banner = (because: string): string =>
  [
    '',
    '  EMBEDDED: every service in one process on an in-memory broker,',
    `  ${because}.`,
    '  Good to look at the product. Nothing is kept when it stops, one process is all there is,',
    '  and what it promises about crashes holds only on Kafka.',
    '',
  ].join('\n');
