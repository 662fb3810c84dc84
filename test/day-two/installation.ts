/** An installation on real servers in a folder of their own: started, asked, told of events, given up with all data. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addDays, isoDate } from '@adherence/domain/calendar.ts';
import { nodeFlags, repository } from '@adherence/stack/launcher.ts';
import { nodeCommand } from '@adherence/stack/node-command.ts';
import { type LocalStack, operatorToken, type Service, startStack } from '../bench/local-stack.ts';

export interface Installation {
  readonly stack: LocalStack;
  readonly services: Record<string, Service>;
  startService(name: string): Promise<void>;
  startServices(): Promise<void>;
  /** Text of an answer of the API; throws on a status that is no success. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<string>;
  /** Posts notifications to a webhook; throws unless they are accepted. */
  notify(hook: string, items: readonly object[]): Promise<void>;
  /** Asks until nothing is pending. */
  settled(token: string): Promise<Pipeline>;
  /** A script of the repository, as `npm run` starts it; answers its exit code and what it said. */
  command(script: string, ...words: string[]): Promise<{ readonly code: number; readonly text: string }>;
}

export interface Pipeline {
  readonly accepted: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly pending: number;
  readonly recomputationsPending: number;
}

const serviceNames = ['console', 'ingress', 'enrichment', 'adherence'] as const;

export async function newInstallation(): Promise<Installation> {
  const stack = await startStack({ clickhouse: true, registry: 'stub' });
  const services: Record<string, Service> = {};
  const startService = async (name: string) => {
    services[name] = await stack.service(name);
  };
  const call: Installation['call'] = async (method, path, body, token = operatorToken) => {
    const response = await fetch(`${services.console!.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  return {
    stack,
    services,
    call,
    startService,
    async startServices() {
      await Promise.all(serviceNames.map(startService));
    },
    async notify(hook, items) {
      const response = await fetch(services.ingress!.url + hook, {
        method: 'POST',
        body: JSON.stringify(items),
      });
      if (response.status !== 200) throw new Error(`webhook: ${response.status} ${await response.text()}`);
    },
    async settled(token) {
      for (;;) {
        const pipeline = JSON.parse(await call('GET', '/pipeline', undefined, token)) as Pipeline;
        if (pipeline.pending === 0 && pipeline.recomputationsPending === 0) return pipeline;
      }
    },
    async command(script, ...words) {
      const own = { CONSOLE_URL: services.console?.url, OPERATOR_TOKEN: operatorToken };
      const run = promisify(execFile)(nodeCommand(), [...nodeFlags, join(repository, script), ...words], {
        env: { ...process.env, ...stack.environment, ...own },
      });
      return run.then(
        ({ stdout }) => ({ code: 0, text: stdout }),
        (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr }),
      );
    },
  };
}

/** Three days that are over, and out of every owner's memory. */
export const days = Array.from({ length: 3 }, (_, i) => addDays(isoDate(Date.now()), i - 14)) as [
  string,
  string,
  string,
];
export const at = (day: string, hours: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + hours * 3_600_000).toISOString();
export const shift = (day: string, from: number, to: number) => ({
  activities: [{ activityId: 'present', start: at(day, from), end: at(day, to) }],
});
export const tell = (agentId: string, day: string, hours: number, rest: object = { status: 'READY' }) => ({
  agentId,
  occurredAt: at(day, hours),
  ...rest,
});
export const range = `from=${at(days[0], 0)}&to=${at(addDays(days[2], 1), 0)}`;

export interface Centre {
  readonly token: string;
  readonly hook: string;
}

/** A tenant with an integration and people, each of whom is scheduled and there from 9 to 17 on the three days. */
export async function newCentre(
  { call, notify }: Installation,
  id: string,
  people: readonly string[],
): Promise<Centre> {
  const { token } = JSON.parse(await call('POST', '/tenants', { id, name: id, timeZone: 'UTC' }));
  const put = (path: string, body: unknown) => call('PUT', path, body, token);
  const contact = { name: 'Ops', email: 'ops@centre.example' };
  await put('/integrations/odigo', {
    name: 'Odigo',
    timeZone: 'UTC',
    contact,
    breakDetail: null,
    feedGapSeconds: null,
  });
  const made = JSON.parse(await call('POST', '/integrations/odigo/url-tokens', {}, token));
  const hook = `/hooks/odigo/${made.token}`;
  for (const person of people) {
    const externalUsers = [{ integrationId: 'odigo', externalUserId: person }];
    await put(`/people/${person}`, { name: person, team: 'blue', externalUsers });
    for (const day of days) await put(`/schedules/${person}/${day}`, shift(day, 9, 17));
  }
  await notify(
    hook,
    people.flatMap((person) =>
      days.flatMap((day) => [tell(person, day, 9), tell(person, day, 17, { eventType: 'LOGOUT' })]),
    ),
  );
  return { token, hook };
}
