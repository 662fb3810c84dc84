/** Brokers, topics and consumer groups, judged against schemas/src/topics.ts. Pure. */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';
import { doubtful, type Finding, listed, migrateRemedy, spoken, wrong } from './finding.ts';

export interface KafkaSeen {
  readonly brokers: number;
  /** By name; absent: it does not exist. */
  readonly topics: ReadonlyMap<string, TopicSeen>;
  readonly groups: readonly GroupSeen[];
}

export interface TopicSeen {
  readonly partitions: readonly PartitionSeen[];
  readonly settings: Readonly<Record<string, string>>;
}

export interface PartitionSeen {
  readonly partition: number;
  readonly replicas: number;
  readonly inSync: number;
  readonly hasLeader: boolean;
  /** Oldest offset still there, and the next one to be written; null when it could not be asked. */
  readonly start: number | null;
  readonly end: number | null;
  /** Records stamped later than now, by the clock of whoever wrote them. */
  readonly ofTheFuture: boolean;
}

export interface GroupSeen {
  readonly groupId: string;
  readonly topic: string;
  /** Name of the service whose group it is. */
  readonly service: string;
  readonly members: number;
  readonly committed: ReadonlyMap<number, number>;
}

export function judgeKafka(seen: KafkaSeen, definitions: readonly TopicDefinition[]): Finding[] {
  return [
    ...judgeBrokers(seen.brokers),
    ...definitions.flatMap((definition) => judgeTopic(definition, seen)),
    ...seen.groups.flatMap((group) => judgeGroup(group, seen.topics.get(group.topic))),
    ...judgeStamps(seen),
  ];
}

function judgeBrokers(brokers: number): Finding[] {
  if (brokers >= 3) return [];
  const problem = `Kafka has ${brokers} broker${brokers === 1 ? '' : 's'}`;
  return [
    doubtful(
      'kafka',
      `${problem}: nothing is accepted while one is away`,
      'Run three or more, in three zones; a spool bridges the ingress meanwhile. On a machine for trying it out this is as it should be.',
    ),
  ];
}

function judgeTopic(definition: TopicDefinition, { brokers, topics }: KafkaSeen): Finding[] {
  const { name } = definition;
  const topic = topics.get(name);
  if (!topic) return [wrong('topics', `topic ${name} does not exist`, migrateRemedy)];
  return [
    ...judgePartitions(definition, topic),
    ...judgeSettings(definition, topic),
    ...judgeReplicas(name, topic, brokers),
  ];
}

function judgePartitions(
  { name, partitions: wanted }: TopicDefinition,
  { partitions }: TopicSeen,
): Finding[] {
  if (partitions.length === wanted) return [];
  return [
    wrong(
      'topics',
      `topic ${name} has ${partitions.length} partitions, not ${wanted}, so that keys map to other partitions`,
      'A count cannot be put back: stop all services, make the topic anew by the migration and bring back what it held.',
    ),
  ];
}

function judgeSettings({ name, config }: TopicDefinition, { settings }: TopicSeen): Finding[] {
  return Object.entries(config).flatMap(([setting, wanted]) => {
    const found = settings[setting];
    if (found === wanted) return [];
    const problem = `topic ${name} has ${setting}=${toldSetting(setting, found)}, not ${toldSetting(setting, wanted)}`;
    const harm = harmOf(setting, found, wanted);
    return [
      harm
        ? wrong('topics', `${problem}: ${harm}`, migrateRemedy)
        : doubtful('topics', problem, migrateRemedy),
    ];
  });
}

function harmOf(setting: string, found: string | undefined, wanted: string): string | null {
  const kept = 'records that must stay are deleted';
  if (setting === 'cleanup.policy') return kept;
  if (setting !== 'retention.ms' || found === '-1') return null;
  if (wanted === '-1') return kept;
  return Number(found ?? 0) < Number(wanted)
    ? 'after an outage records would be gone before they are read'
    : null;
}

const toldSetting = (setting: string, value: string | undefined): string => {
  if (value === undefined) return 'nothing';
  return setting === 'retention.ms' && Number(value) > 0 ? `${value} (${spoken(Number(value))})` : value;
};

function judgeReplicas(name: string, { partitions, settings }: TopicSeen, brokers: number): Finding[] {
  const findings: Finding[] = [];
  const without = partitions.filter(({ hasLeader }) => !hasLeader).map(({ partition }) => partition);
  if (without.length > 0) {
    findings.push(
      wrong(
        'topics',
        `partitions ${listed(without)} of topic ${name} have no leader: nothing is written or read there`,
        'Bring the brokers back that hold them.',
      ),
    );
  }
  const behind = partitions
    .filter(({ replicas, inSync }) => inSync < replicas)
    .map(({ partition }) => partition);
  if (behind.length > 0) {
    findings.push(
      doubtful(
        'topics',
        `partitions ${listed(behind)} of topic ${name} have replicas that are not in sync`,
        'See which broker is away or too slow.',
      ),
    );
  }
  const replicas = Math.min(...partitions.map((partition) => partition.replicas));
  const least = Number(settings['min.insync.replicas'] ?? 1);
  if (brokers >= 3 && replicas < 3) {
    findings.push(
      doubtful(
        'topics',
        `topic ${name} is kept ${replicas === 1 ? 'once' : 'twice'} on ${brokers} brokers: acknowledged events can be lost with one of them`,
        'Set default.replication.factor=3 at the brokers and raise its replicas by kafka-reassign-partitions.',
      ),
    );
  } else if (replicas >= 3 && least < 2) {
    findings.push(
      wrong(
        'topics',
        `topic ${name} has min.insync.replicas=${least}: what one broker alone has is acknowledged, and lost with it`,
        `Set it to 2: kafka-configs --alter --topic ${name} --add-config min.insync.replicas=2, and at the brokers.`,
      ),
    );
  }
  if (least > replicas) {
    findings.push(
      wrong(
        'topics',
        `topic ${name} has min.insync.replicas=${least} and ${replicas} replica${replicas === 1 ? '' : 's'}: nothing can be written`,
        'Lower it, or raise the number of its replicas.',
      ),
    );
  } else if (replicas > 1 && least === replicas) {
    findings.push(
      doubtful(
        'topics',
        `topic ${name} has min.insync.replicas=${least}, as many as replicas: nothing is written while one broker is away`,
        'Set it to one less than the number of replicas.',
      ),
    );
  }
  return findings;
}

/** More than enrichment takes in about a second (docs/benchmarks.md). */
const lagLimit = 10_000;

function judgeGroup(group: GroupSeen, topic: TopicSeen | undefined): Finding[] {
  if (!topic) return [];
  const { groupId, service, members, committed } = group;
  const findings: Finding[] = [];
  if (members === 0) {
    findings.push(
      wrong(
        'consumers',
        `nobody reads ${group.topic}: group ${groupId} has no members`,
        `Start ${service}; when it runs and does not join, its log says why.`,
      ),
    );
  }
  const lost = topic.partitions.filter(
    ({ partition, start }) => (start ?? 0) > (committed.get(partition) ?? 0),
  );
  const skipped = lost.filter(({ partition }) => committed.has(partition));
  if (skipped.length > 0) {
    findings.push(
      wrong(
        'consumers',
        `${group.topic} has deleted records that ${service} has not read (partitions ${listed(skipped.map(({ partition }) => partition))})`,
        'They are lost to the product: have them sent again, or bring the topic back from a backup; then raise its retention.',
      ),
    );
  }
  const lag = topic.partitions.reduce((sum, { partition, start, end }) => {
    return sum + Math.max(0, (end ?? 0) - Math.max(committed.get(partition) ?? 0, start ?? 0));
  }, 0);
  if (lag > lagLimit) {
    findings.push(
      doubtful(
        'consumers',
        `${service} is ${lag.toLocaleString('en')} messages behind on ${group.topic}`,
        `Look again in a minute: when it grows, add replicas of ${service} (up to ${topic.partitions.length}) or see what it waits for.`,
      ),
    );
  }
  return findings;
}

function judgeStamps({ topics }: KafkaSeen): Finding[] {
  const ahead = [...topics].filter(([, { partitions }]) => partitions.some(({ ofTheFuture }) => ofTheFuture));
  if (ahead.length === 0) return [];
  return [
    wrong(
      'clocks',
      `records of ${listed(ahead.map(([name]) => name))} are stamped later than now`,
      'The clock of whoever wrote them, or the one here, is wrong: let all machines follow NTP.',
    ),
  ];
}
