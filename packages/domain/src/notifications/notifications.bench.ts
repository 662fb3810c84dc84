/** Items per second on one core, by step: `node packages/domain/src/notifications/notifications.bench.ts`. */
import { performance } from 'node:perf_hooks';
import { normalise } from './normalise.ts';
import { type ParsedItem, parseItem } from './parse.ts';
import { splitBody } from './split-body.ts';

const receivedAt = Date.UTC(2026, 10, 19);
const receipt = {
  tenantId: 'acme',
  integrationId: 'odigo-fr',
  timeZone: 'Europe/Paris',
  receivedAt,
  itemIndex: 0,
};

const batch = Array.from({ length: 500 }, (_, i) => {
  const at = new Date(receivedAt - 86_400_000 + i * 61_237).toISOString();
  const id = `1-32be2ffa${String(i).padStart(4, '0')}`;
  const agent = `anna.${i % 97}@centre.example`;
  switch (i % 4) {
    case 0:
      return { eventId: id, agentId: agent, status: 'TALKING', occurredAt: at, sessionId: 's-1' };
    case 1:
      return { uid: id, user: { login: agent, domain: 'de01' }, state: 'WRAPUP', timestamp: Date.parse(at) };
    case 2:
      return {
        agentLogin: agent,
        code: 'BREAK',
        reason: { id: 'lunch', label: 'Pause' },
        date: at.slice(0, 19),
      };
    default:
      return {
        notificationId: id,
        login: 100_200 + i,
        state: 'Ready',
        stateStart: at.replace('Z', '+01:00'),
      };
  }
});
const body = Buffer.from(JSON.stringify({ source: 'odigo', notifications: batch }));
const split = splitBody(body);
const items = split.kind === 'items' ? split.items : [];
const parsed: ParsedItem[] = items.flatMap((item) => {
  const result = parseItem('json', item.bytes);
  return result.ok ? [result.item] : [];
});

report('split', () => splitBody(body));
report('parse', () => items.forEach((item) => void parseItem('json', item.bytes)));
report('normalise', () => parsed.forEach((item) => void normalise(item, receipt)));
report('parse + normalise', () =>
  items.forEach((item) => {
    const result = parseItem('json', item.bytes);
    if (result.ok) normalise(result.item, receipt);
  }),
);

function report(name: string, round: () => void): void {
  for (let i = 0; i < 50; i++) round();
  const rounds = 400;
  const start = performance.now();
  for (let i = 0; i < rounds; i++) round();
  const perSecond = (rounds * batch.length) / ((performance.now() - start) / 1000);
  process.stdout.write(`${name.padEnd(20)} ${Math.round(perSecond / 1000)}k items/s\n`);
}
