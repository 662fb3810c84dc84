/** What Kafka tells of an installation; reads only. */
import { consumerGroups, type TopicDefinition, topics } from '@adherence/schemas/topics.ts';
import kafkajs, { type Admin } from 'kafkajs';
import { createKafka, type KafkaConnection } from '../broker/kafka-client.ts';
import { kafkaFailure } from '../broker/kafka-errors.ts';
import { silentLog } from '../log.ts';
import type { GroupSeen, KafkaSeen, PartitionSeen, TopicSeen } from './judge-kafka.ts';

export interface KafkaLook {
  readonly seen: KafkaSeen;
  /** `host:port` of every broker, as it names itself. */
  readonly addresses: readonly string[];
}

const groups: readonly Pick<GroupSeen, 'groupId' | 'topic' | 'service'>[] = [
  { groupId: consumerGroups.enrichment, topic: topics.notifications.name, service: 'enrichment' },
  { groupId: consumerGroups.adherence, topic: topics.activityEvents.name, service: 'adherence' },
  { groupId: consumerGroups.rejected, topic: topics.rejected.name, service: 'adherence' },
];

/** A clock that is off by less is another finding's. */
const futureMs = 60_000;

export async function lookAtKafka(connection: KafkaConnection, now: number): Promise<KafkaLook> {
  const admin = createKafka(connection, silentLog).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const existing = new Set(await admin.listTopics());
    const definitions = Object.values(topics).filter(({ name }) => existing.has(name));
    return {
      seen: {
        brokers: brokers.length,
        topics: await topicsSeen(admin, definitions, now),
        groups: await groupsSeen(admin, existing),
      },
      addresses: brokers.map(({ host, port }) => `${host}:${port}`),
    };
  } catch (error) {
    throw kafkaFailure('doctor', error);
  } finally {
    await admin.disconnect();
  }
}

async function topicsSeen(
  admin: Admin,
  definitions: readonly TopicDefinition[],
  now: number,
): Promise<Map<string, TopicSeen>> {
  if (definitions.length === 0) return new Map();
  const [metadata, { resources }] = await Promise.all([
    admin.fetchTopicMetadata({ topics: definitions.map(({ name }) => name) }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: definitions.map(({ name }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    }),
  ]);
  const seen = new Map<string, TopicSeen>();
  for (const { name, partitions } of metadata.topics) {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    // A topic with a partition without leader cannot be asked for its offsets.
    const asked = partitions.every(({ leader }) => leader >= 0);
    const offsets = asked ? await offsetsSeen(admin, name, now) : new Map<number, OffsetsSeen>();
    seen.set(name, {
      settings: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
      partitions: partitions.map(({ partitionId, replicas, isr, leader }) => ({
        partition: partitionId,
        replicas: replicas.length,
        inSync: isr.length,
        hasLeader: leader >= 0,
        ...(offsets.get(partitionId) ?? { start: null, end: null, ofTheFuture: false }),
      })),
    });
  }
  return seen;
}

type OffsetsSeen = Pick<PartitionSeen, 'start' | 'end' | 'ofTheFuture'>;

async function offsetsSeen(admin: Admin, topic: string, now: number): Promise<Map<number, OffsetsSeen>> {
  const ends = await admin.fetchTopicOffsets(topic);
  // Asked afterwards: where no record is so late, the answer is the end by then, which is never before this one.
  const later = await admin.fetchTopicOffsetsByTimestamp(topic, now + futureMs);
  const laterFrom = new Map(later.map(({ partition, offset }) => [partition, Number(offset)]));
  return new Map(
    ends.map(({ partition, low, high }) => {
      const end = Number(high);
      return [partition, { start: Number(low), end, ofTheFuture: (laterFrom.get(partition) ?? end) < end }];
    }),
  );
}

async function groupsSeen(admin: Admin, existing: ReadonlySet<string>): Promise<GroupSeen[]> {
  const asked = groups.filter(({ topic }) => existing.has(topic));
  if (asked.length === 0) return [];
  const described = await admin.describeGroups(asked.map(({ groupId }) => groupId));
  return Promise.all(
    asked.map(async (group) => {
      const { groupId, topic } = group;
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const known = (offsets?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
      return {
        ...group,
        members: described.groups.find((each) => each.groupId === groupId)?.members.length ?? 0,
        committed: new Map(known.map(({ partition, offset }) => [partition, Number(offset)])),
      };
    }),
  );
}
