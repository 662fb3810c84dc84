/** A tenant of a fault run, set up through the API. */
import type { ApiRequest } from './api-request.ts';
import { type ConsoleClient, consoleClient } from './console-client.ts';
import { integrations, type Shift, tenantTimeZone } from './contact-centre.ts';
import type { Stack } from './stack.ts';

export interface Tenant {
  readonly tenantId: string;
  readonly client: ConsoleClient;
  /** URL tokens by integration. */
  readonly tokens: ReadonlyMap<string, string>;
}

export interface CreatedTenant extends Tenant {
  /** Of its administrator. */
  readonly token: string;
}

export async function createTenant(
  { consoleUrl, operatorToken }: Stack,
  tenantId: string,
  configuration: readonly ApiRequest[],
  shifts: readonly Shift[],
  signal: AbortSignal,
): Promise<CreatedTenant> {
  const operator = consoleClient(consoleUrl, operatorToken, signal);
  const body = { id: tenantId, name: tenantId, timeZone: tenantTimeZone };
  const { text } = await operator.write({ method: 'POST', path: '/tenants', body });
  const { token } = JSON.parse(text) as { token: string };
  const client = consoleClient(consoleUrl, token, signal);
  await writeInStages(client, configuration);
  await client.importSchedules(csvOf(shifts));
  const tokens = new Map<string, string>();
  for (const { id } of integrations) {
    const answer = await client.write({ method: 'POST', path: `/integrations/${id}/url-tokens`, body: null });
    tokens.set(id, (JSON.parse(answer.text) as { token: string }).token);
  }
  return { tenantId, client, tokens, token };
}

const stages = [
  '/planning-units',
  '/activities',
  '/integrations',
  '/settings',
  '/matches',
  '/people',
  '/exceptions',
];
const atOnce = 8;

/** What others stand on first; within a stage side by side, but mappings, which come after their integration. */
async function writeInStages(client: ConsoleClient, requests: readonly ApiRequest[]): Promise<void> {
  for (const stage of stages) {
    const own = requests.filter(({ path }) => path.startsWith(stage));
    for (const isNested of [false, true]) {
      const part = own.filter(({ path }) => path.endsWith('/status-mappings') === isNested);
      for (let from = 0; from < part.length; from += atOnce) {
        await Promise.all(part.slice(from, from + atOnce).map((request) => client.write(request)));
      }
    }
  }
}

function csvOf(shifts: readonly Shift[]): string {
  const lines = shifts.flatMap(({ personId, shiftDate, activities }) =>
    activities.map(({ activityId, start, end }) =>
      [personId, shiftDate, activityId, new Date(start).toISOString(), new Date(end).toISOString()].join(','),
    ),
  );
  return `personId,shiftDate,activityId,start,end\n${lines.join('\n')}\n`;
}
