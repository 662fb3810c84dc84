import { type TopicDefinition, topics } from '@adherence/schemas/topics.ts';
import { expect, test } from 'vitest';
import {
  type GroupSeen,
  judgeKafka,
  type KafkaSeen,
  type PartitionSeen,
  type TopicSeen,
} from './judge-kafka.ts';

const definitions = Object.values(topics) as readonly TopicDefinition[];
const { notifications, configuration } = topics;

const topicOf = (
  { config }: TopicDefinition,
  partitions: number,
  part: Partial<PartitionSeen> = {},
): TopicSeen => ({
  settings: { 'min.insync.replicas': '2', ...config },
  partitions: Array.from({ length: partitions }, (_, partition) => ({
    partition,
    replicas: 3,
    inSync: 3,
    hasLeader: true,
    start: 0,
    end: 100,
    ofTheFuture: false,
    ...part,
  })),
});
const group: GroupSeen = {
  groupId: 'adherence-enrichment',
  topic: notifications.name,
  service: 'enrichment',
  members: 2,
  committed: new Map(Array.from({ length: 24 }, (_, partition) => [partition, 100])),
};
const whole: KafkaSeen = {
  brokers: 3,
  topics: new Map(
    definitions.map((definition) => [definition.name, topicOf(definition, definition.partitions)]),
  ),
  groups: [group],
};
const withTopic = (definition: TopicDefinition, seen: TopicSeen): KafkaSeen => ({
  ...whole,
  topics: new Map([...whole.topics, [definition.name, seen]]),
});
const withSetting = (definition: TopicDefinition, name: string, value: string): KafkaSeen => {
  const topic = topicOf(definition, definition.partitions);
  return withTopic(definition, { ...topic, settings: { ...topic.settings, [name]: value } });
};
const withPart = (part: Partial<PartitionSeen>): KafkaSeen =>
  withTopic(notifications, topicOf(notifications, 24, part));
const withGroup = (change: Partial<GroupSeen>): KafkaSeen => ({
  ...whole,
  groups: [{ ...group, ...change }],
});
const said = (seen: KafkaSeen) =>
  judgeKafka(seen, definitions).map(({ severity, problem, remedy }) => `${severity}: ${problem}. ${remedy}`);

test('nothing is said of what is as it should be', () => {
  expect(said(whole)).toEqual([]);
});

const missing = new Map(whole.topics);
missing.delete(configuration.name);
const cases: readonly [string, KafkaSeen, RegExp][] = [
  ['one broker', { ...whole, brokers: 1 }, /^warning: Kafka has 1 broker: nothing is accepted.* Run three/],
  [
    'a topic that is not there',
    { ...whole, topics: missing },
    /^error: topic configuration does not exist\. Run the migration/,
  ],
  [
    'another partition count',
    withTopic(notifications, topicOf(notifications, 12)),
    /^error: .* has 12 partitions, not 24.*stop all/,
  ],
  [
    'configuration that is deleted',
    withSetting(configuration, 'cleanup.policy', 'delete'),
    /^error: .*cleanup\.policy=delete, not compact: records that must stay are deleted\. Run the migration/,
  ],
  [
    'configuration that ages',
    withSetting(configuration, 'retention.ms', '86400000'),
    /^error: .*retention\.ms=86400000 \(1 day\), not -1: records that must stay/,
  ],
  [
    'too short a retention',
    withSetting(notifications, 'retention.ms', '3600000'),
    /^error: .*\(1 hour\), not 604800000 \(7 days\): after an outage/,
  ],
  [
    'too long a retention',
    withSetting(notifications, 'retention.ms', '-1'),
    /^warning: .*retention\.ms=-1, not/,
  ],
  [
    'another compression',
    withSetting(notifications, 'compression.type', 'gzip'),
    /^warning: .*compression\.type=gzip, not producer/,
  ],
  [
    'no leader',
    withPart({ hasLeader: false }),
    /^error: partitions 0, 1, 2, 3, 4 and 19 more of topic odigo\.notifications have no leader.*Bring the brokers back/,
  ],
  ['a replica behind', withPart({ inSync: 2 }), /^warning: .*not in sync.*See which broker/],
  [
    'one copy on three brokers',
    withPart({ replicas: 1, inSync: 1 }),
    /^warning: .*is kept once on 3 brokers.*default\.replication\.factor=3/,
  ],
  [
    'what one broker alone has is acknowledged',
    withSetting(notifications, 'min.insync.replicas', '1'),
    /^error: .*min\.insync\.replicas=1: what one.*Set it to 2/,
  ],
  [
    'all replicas needed',
    withSetting(notifications, 'min.insync.replicas', '3'),
    /^warning: .*nothing is written while one broker is away/,
  ],
  [
    'more replicas needed than there are',
    withSetting(notifications, 'min.insync.replicas', '4'),
    /^error: .*nothing can be written/,
  ],
  [
    'nobody reads',
    withGroup({ members: 0 }),
    /^error: nobody reads odigo\.notifications: group adherence-enrichment has no members\. Start enrichment/,
  ],
  [
    'stamped later than now',
    withPart({ ofTheFuture: true }),
    /^error: records of odigo\.notifications are stamped later than now.*NTP/,
  ],
];
test.each(cases)('%s', (_, seen, expected) => {
  expect(said(seen)).toContainEqual(expect.stringMatching(expected));
});

test('lag counts from what is committed, or from the oldest record there is', () => {
  const behind = {
    ...withPart({ start: 0, end: 1_000 }),
    groups: [{ ...group, committed: new Map([[0, 1_000]]) }],
  };
  expect(said(behind)).toEqual([
    expect.stringMatching(
      /^warning: enrichment is 23,000 messages behind on odigo\.notifications.*add replicas/,
    ),
  ]);
  expect(
    said({ ...withPart({ start: 900, end: 1_000 }), groups: [{ ...group, committed: new Map() }] }),
  ).toEqual([]);
});

test('records that were deleted before they were read are named by their partitions', () => {
  const committed = new Map([...group.committed, [3, 10]]);
  expect(said({ ...withPart({ start: 50 }), groups: [{ ...group, committed }] })).toEqual([
    expect.stringMatching(
      /^error: odigo\.notifications has deleted records that enrichment has not read \(partitions 3\)/,
    ),
  ]);
});
