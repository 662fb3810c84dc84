/** The contact centre of the benchmark: one tenant, one integration, people by number, statuses in turn. */
import { createHash } from 'node:crypto';
import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import { personKey, topics } from '@adherence/schemas/topics.ts';
import { sendAll } from './send-all.ts';

export const tenantId = 'bench';
export const integrationId = 'odigo';
export const urlToken = 'the-token-of-the-benchmark';
export const timeZone = 'Europe/Paris';

/** Every event of a person changes the status, some the activity: in turn, so that each can be told from the last. */
export const statuses: readonly (readonly [status: string, activityId: string])[] = [
  ['READY', 'calls'],
  ['RINGING', 'calls'],
  ['TALKING', 'calls'],
  ['WRAPUP', 'calls'],
  ['PAUSE', 'pause'],
  ['AVAILABLE', 'calls'],
  ['HOLD', 'calls'],
  ['BRIEFING', 'meeting'],
];

export const activities = [
  ['calls', 'Presence'],
  ['pause', 'Break'],
  ['meeting', 'Meeting'],
] as const;

export const personIdOf = (n: number): string => `p${String(n).padStart(5, '0')}`;
export const externalUserOf = (n: number): string => `agent.${String(n).padStart(5, '0')}@centre.example`;
export const keyOf = (n: number): string => personKey(tenantId, personIdOf(n));

/** The k-th notification of a person, as Odigo might send it. */
export const notification = (n: number, k: number, at: number, id: string): string =>
  `{"eventId":"${id}","agentId":"${externalUserOf(n)}","status":"${statuses[k % statuses.length]![0]}",` +
  `"occurredAt":"${new Date(at).toISOString()}","sessionId":"s-${n}","channel":"voice"}`;

/** Writes the tenant with so many people onto the configuration log, as the console would. */
export async function configure(producer: Producer, people: number): Promise<void> {
  const messages = configurationCommands(people);
  await sendAll(producer, messages.length, (i) => messages[i]!);
}

function configurationCommands(people: number): OutMessage[] {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const messages: OutMessage[] = [];
  const put = (entity: string, id: string, document: object) => {
    const commandId = `c${messages.length}`;
    const command = { commandId, tenantId, entity, id, action: 'put', document, ifMatch: null };
    const value = Buffer.from(JSON.stringify({ ...command, writtenBy: 'operator', writtenAt: 1_000 }));
    messages.push({ topic: topics.configuration.name, partition: 0, key: commandId, value });
  };
  const adminToken = { id: 'admin', name: 'admin', hash: hash('not used') };
  put('tenant', tenantId, { name: 'Benchmark', timeZone, adminToken });
  for (const [id, type] of activities) put('activity', id, { name: id, type });
  put('integration', integrationId, integration);
  put('urlToken', 'token', { integrationId, hash: hash(urlToken) });
  for (const [status, activityId] of statuses) {
    put('statusMapping', '', { integrationId, status, breakType: null, activityId });
  }
  for (let n = 0; n < people; n++) put('person', personIdOf(n), personDocument(n));
  return messages;
}

export const integration = {
  name: 'Odigo',
  timeZone,
  contact: { name: 'Operations', email: 'operations@centre.example' },
  breakDetail: null,
  feedGapSeconds: null,
} as const;

export const personDocument = (n: number) => ({
  name: `Agent ${n}`,
  team: `team ${n % 20}`,
  externalUsers: [{ integrationId, externalUserId: externalUserOf(n) }],
});
