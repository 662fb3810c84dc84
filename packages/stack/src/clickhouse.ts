import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, type ChildOptions, startChild, untilReady } from './child.ts';
import { nodeCommand } from './node-command.ts';
import { freePort } from './ports.ts';

export interface ClickHouseOptions {
  readonly dataDir: string;
  /** 0 or undefined: any free port. Give the same one to come back under the same address after a kill. */
  readonly port?: number;
  readonly logFile?: string;
  readonly onSpawn?: ChildOptions['onSpawn'];
}

export interface ClickHousePart extends Child {
  /** For CLICKHOUSE_URL. */
  readonly url: string;
  readonly port: number;
}

/** Starts the ClickHouse engine with its HTTP front in a process of its own; resolves when it answers a query. */
export async function startClickHouse(options: ClickHouseOptions): Promise<ClickHousePart> {
  const port = options.port || (await freePort());
  await mkdir(options.dataDir, { recursive: true });
  const child = await startChild({
    name: 'ClickHouse engine',
    command: nodeCommand(),
    args: [main, '--data', options.dataDir, '--port', String(port)],
    env: { UV_THREADPOOL_SIZE: '8', TZ: 'UTC' },
    logFile: options.logFile ?? join(dirname(options.dataDir), 'clickhouse.log'),
    onSpawn: options.onSpawn,
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, () => answers(url), 60_000, 50);
  return { ...child, url, port };
}
const main = fileURLToPath(new URL('./clickhouse-front/main.ts', import.meta.url));

async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/?query=SELECT%201`, { signal: AbortSignal.timeout(5_000) });
  return (await response.text()) === '1\n';
}
