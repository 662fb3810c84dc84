/** Enrichment beside a bare kafkajs loop over the same records, in turn, in one run. */
import { fileURLToPath } from 'node:url';
import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import {
  consumerGroups,
  externalUserKey,
  partitionOf,
  streamPartitions,
  topics,
} from '@adherence/schemas/topics.ts';
import type { Child } from '@adherence/stack/child.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { configure, externalUserOf, integrationId, notification, tenantId } from './centre.ts';
import { type LocalStack, startStack } from './local-stack.ts';
import { memoryMb } from './processes.ts';
import { type Progress, startWatch } from './progress.ts';
import type { Row, Section } from './report.ts';
import { sendAll } from './send-all.ts';

const rounds = 3;
const messages = 160_000;
const skip = 60_000;
const bareGroup = 'bench-bare-enrichment';
const bareOutput = 'bench.enriched';

type Measured = Progress & { readonly memory: number };

export async function benchEnrichment(say: (line: string) => void): Promise<Section[]> {
  const rows: Row[] = [];
  let ratio = Number.NaN;
  for (const people of [1_000, 100, 10_000]) {
    const stack = await startStack({ clickhouse: false, registry: 'stub' });
    try {
      const producer = await stack.broker.producer();
      await configure(producer, people);
      await stack.topic(bareOutput);
      const compared = people === 1_000;
      const [ours, bare]: [Measured[], Measured[]] = [[], []];
      for (let round = 0; round < (compared ? rounds : 1); round++) {
        await produceRaw(producer, stack.codec, people);
        if (compared) bare.push(await measure(stack, () => bareLoop(stack, people), bareGroup));
        ours.push(await measure(stack, () => stack.service('enrichment'), consumerGroups.enrichment));
      }
      if (compared) {
        ratio = cpuPer1k(cheapest(ours)) / cpuPer1k(cheapest(bare));
        rows.push(rowOf('bare kafkajs loop', people, cheapest(bare), 1));
      }
      rows.push(rowOf('enrichment', people, cheapest(ours), compared ? ratio : ''));
      say(`${people} people: ${cpuPer1k(cheapest(ours)).toFixed(4)} CPU s per 1,000`);
    } finally {
      await stack.stop();
    }
  }
  return [
    {
      title: 'Enrichment: raw notification to activity event, beside a bare kafkajs loop',
      rows,
      notes: [
        `${messages - skip} records a turn, the first ${skip} of each process left out as warm-up; in turns, the cheapest of ${rounds}.`,
      ],
      aims: [{ what: 'CPU beside the bare loop, 1,000 people,', value: ratio, most: 1.5 }],
    },
  ];
}

/** Starts it on what waits for it, measures until all is committed, stops it. */
async function measure(
  { broker, kafka }: LocalStack,
  start: () => Promise<Child>,
  groupId: string,
): Promise<Measured> {
  const child = await start();
  const pids = [child.pid, kafka.pid];
  const untilDone = await startWatch({ broker, groupId, topic: topics.notifications.name, pids });
  const progress = await untilDone(skip);
  const memory = memoryMb(child.pid).peak;
  await child.stop();
  return { ...progress, memory };
}

async function bareLoop(stack: LocalStack, people: number): Promise<Child> {
  const port = await freePort();
  const env = {
    PORT: String(port),
    TOPIC: topics.notifications.name,
    OUTPUT: bareOutput,
    PARTITIONS: String(streamPartitions),
    GROUP: bareGroup,
    PEOPLE: String(people),
  };
  const script = fileURLToPath(new URL('bare-enrichment.ts', import.meta.url));
  return stack.run('bare-enrichment', script, env, `http://127.0.0.1:${port}/`);
}

let produced = 0;

async function produceRaw(producer: Producer, codec: Codec, people: number): Promise<void> {
  const now = Date.now();
  await sendAll(producer, messages, () => rawMessage(codec, produced++, people, now));
}

function rawMessage(codec: Codec, i: number, people: number, now: number): OutMessage {
  const n = i % people;
  const externalUserId = externalUserOf(n);
  const key = externalUserKey(tenantId, integrationId, externalUserId);
  const body = Buffer.from(notification(n, Math.floor(i / people), now, String(i)));
  const record = { tenantId, integrationId, externalUserId, receivedAt: now, itemIndex: 0, body };
  return {
    topic: topics.notifications.name,
    partition: partitionOf(key, streamPartitions),
    key,
    value: codec.encode('RawNotification', { ...record, requestId: `request-${i}`, format: 'json' }),
  };
}

const cpuPer1k = ({ cpuSeconds, messages: done }: Progress): number => (cpuSeconds[0]! / done) * 1_000;

/** What else runs on the machine only ever makes a turn dearer. */
const cheapest = (turns: readonly Measured[]): Measured =>
  turns.reduce((best, turn) => (cpuPer1k(turn) < cpuPer1k(best) ? turn : best));

const rowOf = (name: string, people: number, turn: Measured, ratio: number | string): Row => ({
  consumer: name,
  people,
  'events/s': turn.messages / turn.seconds,
  'CPU s/1k': cpuPer1k(turn),
  'broker CPU s/1k': (turn.cpuSeconds[1]! / turn.messages) * 1_000,
  'peak MB': turn.memory,
  'CPU ratio': ratio,
});
