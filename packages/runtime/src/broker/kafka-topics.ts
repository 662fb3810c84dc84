/** Brings the topics of an installation up to date with their definitions. */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';
import kafkajs, { type Admin, type ConfigEntries } from 'kafkajs';

// Not among the names that Node finds in this CommonJS module.
const topicResource = kafkajs.ConfigResourceTypes.TOPIC;

/** Idempotent. Partition counts are never changed: keys would map to other partitions. */
export async function ensureKafkaTopics(
  admin: Admin,
  definitions: readonly TopicDefinition[],
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = definitions.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) {
    // Without a replication factor: the cluster's default holds.
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions, config }) => ({
        topic: name,
        numPartitions: partitions,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
    });
  }
  await requirePartitions(admin, definitions);
  await updateSettings(
    admin,
    definitions.filter(({ name }) => existing.has(name)),
  );
}

async function requirePartitions(admin: Admin, definitions: readonly TopicDefinition[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: definitions.map(({ name }) => name) });
  for (const { name, partitions } of topics) {
    const wanted = definitions.find((definition) => definition.name === name)!.partitions;
    if (partitions.length !== wanted) {
      throw new Error(`topic ${name} has ${partitions.length} partitions, not ${wanted}`);
    }
  }
}

/** Set on the topic itself, as opposed to inherited. */
const ofTopic = 1;

async function updateSettings(admin: Admin, definitions: readonly TopicDefinition[]): Promise<void> {
  if (definitions.length === 0) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: definitions.map(({ name }) => ({ type: topicResource, name })),
  });
  const changed = definitions.flatMap((definition) => {
    const entries = resources.find(({ resourceName }) => resourceName === definition.name)!.configEntries;
    const configEntries = changedSettings(definition, entries);
    return configEntries ? [{ type: topicResource, name: definition.name, configEntries }] : [];
  });
  if (changed.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changed });
}

/** All settings of the topic, since what is left out falls back to the default; null when nothing differs. */
export function changedSettings(
  { config }: Pick<TopicDefinition, 'config'>,
  entries: readonly Pick<ConfigEntries, 'configName' | 'configValue' | 'configSource'>[],
): { name: string; value: string }[] | null {
  const inForce = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
  if (Object.entries(config).every(([name, value]) => inForce.get(name) === value)) return null;
  const own = entries.filter(({ configSource }) => (configSource as number) === ofTopic);
  const merged = new Map(own.map(({ configName, configValue }) => [configName, configValue]));
  for (const [name, value] of Object.entries(config)) merged.set(name, value);
  return [...merged].map(([name, value]) => ({ name, value }));
}
