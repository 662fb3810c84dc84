/** Adherence: activity events stored as facts and results, by people, with a day of events so far in memory. */
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { consumerGroups, partitionOf, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import { configure, externalUserOf, integrationId, keyOf, personIdOf, statuses, tenantId } from './centre.ts';
import { type LocalStack, startStack } from './local-stack.ts';
import { memoryMb } from './processes.ts';
import { startWatch } from './progress.ts';
import type { Aim, Row, Section } from './report.ts';
import { sendAll } from './send-all.ts';

const hourMs = 60 * 60_000;
const dayHours = 20;
/** Events a person has of the day at its end; a third of them is taken before measuring begins. */
const sizes = [
  { people: 100, eventsPerPerson: 1_200 },
  { people: 1_000, eventsPerPerson: 300 },
  { people: 10_000, eventsPerPerson: 30 },
];

export async function benchAdherence(say: (line: string) => void): Promise<Section[]> {
  const rows: Row[] = [];
  const aims: Aim[] = [];
  for (const { people, eventsPerPerson } of sizes) {
    const stack = await startStack({ clickhouse: true, registry: 'stub' });
    try {
      const row = await measureAdherence(stack, people, eventsPerPerson);
      rows.push(row);
      say(`${people} people: ${Math.round(row['events/s of a core'] as number)} events/s of a core`);
      const value = row['events/s of a core'] as number;
      aims.push({
        what: `events/s a core stored, ${people.toLocaleString('en-US')} people,`,
        value,
        least: 20_000,
      });
    } finally {
      await stack.stop();
    }
  }
  const notes = [
    'Each person has a schedule; a third of the day is taken and stored before measuring begins.',
  ];
  return [{ title: 'Adherence: activity events to stored facts and results', rows, notes, aims }];
}

export async function measureAdherence(
  stack: LocalStack,
  people: number,
  eventsPerPerson: number,
): Promise<Row> {
  const { broker, codec, kafka, engine, db } = stack;
  const producer = await broker.producer();
  await configure(producer, people);
  const now = Date.now();
  await sendAll(producer, people, (n) => scheduleMessage(codec, n, now));
  const service = await stack.service('adherence');
  const pids = [service.pid, engine!.pid, kafka.pid];
  const watch = { broker, groupId: consumerGroups.adherence, topic: topics.activityEvents.name, pids };
  await (await startWatch(watch))();
  const events = people * eventsPerPerson;
  const warmUp = Math.floor(events / 3);
  const message = (k: number) => eventMessage(codec, k, people, now - dayHours * hourMs * (1 - k / events));
  await sendAll(producer, warmUp, message);
  await (await startWatch(watch))();
  const rest = Array.from({ length: events - warmUp }, (_, i) => message(warmUp + i));
  const untilDone = await startWatch(watch);
  await sendAll(producer, rest.length, (i) => rest[i]!);
  const progress = await untilDone();
  const [stored] = await db.query<{ facts: number }>('SELECT count() AS facts FROM facts FINAL');
  if (stored?.facts !== events) throw new Error(`${stored?.facts} facts of ${events} are stored`);
  const per1k = (i: number) => (progress.cpuSeconds[i]! / progress.messages) * 1_000;
  return {
    people,
    'events a person': eventsPerPerson,
    'events/s': progress.messages / progress.seconds,
    'events/s of a core': 1_000 / per1k(0),
    'CPU s/1k': per1k(0),
    'engine CPU s/1k': per1k(1),
    'broker CPU s/1k': per1k(2),
    'peak MB': memoryMb(service.pid).peak,
    'engine peak MB': memoryMb(engine!.pid).peak,
  };
}

/** Yesterday and today, so that all of the window has a schedule. */
function scheduleMessage(codec: Codec, n: number, now: number): OutMessage {
  const documents = [-1, 0].map((days) => {
    const shiftDate = new Date(now + days * 24 * hourMs).toISOString().slice(0, 10);
    const start = Date.parse(`${shiftDate}T02:00:00Z`);
    const activity = (activityId: string, from: number, to: number) => ({
      activityId,
      start: start + from * hourMs,
      end: start + to * hourMs,
    });
    const activities = [
      activity('calls', 0, 4),
      activity('pause', 4, 5),
      activity('calls', 5, 9),
      activity('meeting', 9, 10),
      activity('calls', 10, 20),
    ];
    return { shiftDate, ifMatch: null, remove: false, activities };
  });
  const command = { tenantId, personId: personIdOf(n), commandId: `s${n}`, documents };
  const value = codec.encode('ScheduleSet', {
    ...command,
    configurationOffset: 0,
    writtenBy: 'token:admin',
    writtenAt: 0,
  });
  return routed(n, value);
}

function eventMessage(codec: Codec, k: number, people: number, occurredAt: number): OutMessage {
  const n = k % people;
  const [status, activityId] = statuses[Math.floor(k / people) % statuses.length]!;
  const value = codec.encode('ActivityEvent', {
    tenantId,
    integrationId,
    externalUserId: externalUserOf(n),
    eventType: 'STATUS',
    status,
    breakType: null,
    occurredAt: Math.floor(occurredAt),
    sequence: null,
    dedupKey: `0123456789abcdef${k.toString(16).padStart(16, '0')}`,
    contentHash: '0123456789abcdef0123456789abcdef',
    receivedAt: Math.floor(occurredAt) + 500,
    flags: [],
    detail: { eventId: String(k), sessionId: `s-${n}`, channel: 'voice' },
    personId: personIdOf(n),
    activityId,
    configurationOffset: 0,
    sourcePartition: n % streamPartitions,
    sourceOffset: k,
  });
  return routed(n, value);
}

function routed(n: number, value: Buffer): OutMessage {
  const key = keyOf(n);
  return { topic: topics.activityEvents.name, partition: partitionOf(key, streamPartitions), key, value };
}
