/**
 * `npm run delete-tenant -- ID`: counts what is kept of a tenant; with `--name NAME`, its name, deletes it and waits
 * until nothing is left. Interrupted, the same command goes on. CONSOLE_URL, or CONSOLE_PORT on this machine, and
 * OPERATOR_TOKEN say where. Exit code 1: something is left or was refused.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { TenantData } from './configuration/delete-tenant.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string' }, 'wait-seconds': { type: 'string', default: '900' } },
});
const [id] = positionals;
const { CONSOLE_URL, CONSOLE_PORT = '8081', OPERATOR_TOKEN = '' } = process.env;
const stepMs = 1_000;

process.exitCode = await run();

async function run(): Promise<number> {
  if (id === undefined || positionals.length > 1 || OPERATOR_TOKEN === '') {
    return fail(
      'Usage: delete-tenant ID [--name NAME] [--wait-seconds 900], with OPERATOR_TOKEN and CONSOLE_URL set.',
    );
  }
  const tenant = `/tenants/${encodeURIComponent(id)}`;
  const { name } = values;
  if (name === undefined) {
    const data = await ask('GET', `${tenant}/data`);
    if (!data) return 1;
    tell(data);
    if (data.state === 'deleted') return 0;
    console.log(`Nothing was deleted. To delete all of this: --name and the name of the tenant ${id}.`);
    return data.state === 'there' ? 0 : 1;
  }
  const until = Date.now() + Number(values['wait-seconds']) * 1000;
  for (;;) {
    const data = await ask('DELETE', `${tenant}?name=${encodeURIComponent(name)}`);
    if (!data) return 1;
    if (data.state === 'deleted' || Date.now() >= until) {
      tell(data);
      if (data.state === 'deleted') return 0;
      return fail('This is left. It goes when adherence and ClickHouse are there; give the command again.');
    }
    await wait(stepMs);
  }
}

/** null when it was refused, which has been said. */
async function ask(method: string, path: string): Promise<TenantData | null> {
  const url = `${CONSOLE_URL ?? `http://127.0.0.1:${CONSOLE_PORT}`}/api/v1${path}`;
  const response = await fetch(url, { method, headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as TenantData;
  fail(`The console answered ${response.status}: ${text}`);
  return null;
}

function tell({ state, rows, ...others }: TenantData): void {
  console.log(`${id}: ${state}`);
  for (const [what, number] of Object.entries({ ...others, ...rows })) console.log(`  ${what}: ${number}`);
}

function fail(text: string): number {
  console.error(text);
  return 1;
}
