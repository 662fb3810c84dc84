/**
 * All metrics of all services, in one table: `adherence_<noun>_<unit>[_total]`, base units, no person or tenant in a
 * label. The table is the type: a name or a label that is not in it does not compile.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const latency = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const age = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];
const sizes = [1, 5, 25, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000];

export const metricTable = {
  adherence_build_info: { type: 'gauge', help: 'Always 1.', labels: ['service', 'version'] },
  adherence_event_age_seconds: {
    type: 'histogram',
    help: 'Age of an event, since its receipt, when a stage was done with it.',
    labels: ['stage'],
    buckets: age,
  },
  adherence_dead_letters_total: { type: 'counter', help: 'Records set aside.', labels: ['stage', 'reason'] },
  adherence_operational_errors_total: {
    type: 'counter',
    help: 'Failures of what is around us, by operation and code.',
    labels: ['operation', 'code'],
  },

  adherence_consumed_messages_total: { type: 'counter', help: 'Messages taken.', labels: ['topic'] },
  adherence_take_seconds: {
    type: 'histogram',
    help: 'Taking one batch.',
    labels: ['topic'],
    buckets: latency,
  },
  adherence_settle_seconds: {
    type: 'histogram',
    help: 'Making durable what was taken.',
    labels: ['topic'],
    buckets: latency,
  },
  adherence_settles_total: { type: 'counter', help: 'Settlings by outcome.', labels: ['topic', 'outcome'] },
  adherence_unsettled_messages: { type: 'gauge', help: 'Taken and not yet durable.', labels: ['topic'] },
  adherence_consumer_lag_messages: { type: 'gauge', help: 'Behind the end of the log.', labels: ['topic'] },
  adherence_consumer_lag_seconds: {
    type: 'gauge',
    help: 'Age of the last message taken.',
    labels: ['topic'],
  },
  adherence_consumer_partitions: { type: 'gauge', help: 'Partitions owned.', labels: ['topic'] },
  adherence_consumer_generations_total: { type: 'counter', help: 'Assignments received.', labels: ['topic'] },
  adherence_last_progress_timestamp_seconds: { type: 'gauge', help: 'Last progress.', labels: ['topic'] },

  adherence_ingress_notifications_total: {
    type: 'counter',
    help: 'Items of notifications by outcome.',
    labels: ['outcome'],
  },
  adherence_ingress_request_seconds: {
    type: 'histogram',
    help: 'Requests to the webhook.',
    labels: ['status'],
    buckets: latency,
  },
  adherence_ingress_refused_total: {
    type: 'counter',
    help: 'Requests answered 503: rate, rubbish, memory, time; connections closed for the bound: connections.',
    labels: ['reason'],
  },
  adherence_batch_messages: {
    type: 'histogram',
    help: 'Messages of one batch sent.',
    labels: [],
    buckets: sizes,
  },
  adherence_batch_seconds: {
    type: 'histogram',
    help: 'One batch sent.',
    labels: ['outcome'],
    buckets: latency,
  },
  adherence_batch_queue_messages: { type: 'gauge', help: 'Waiting to be sent.', labels: [] },
  adherence_batch_queue_bytes: { type: 'gauge', help: 'Waiting to be sent.', labels: [] },

  adherence_spool_messages: { type: 'gauge', help: 'On the spool volume, not yet in Kafka.', labels: [] },
  adherence_spool_bytes: { type: 'gauge', help: 'Of all spool segments.', labels: [] },
  adherence_spool_unusable: {
    type: 'gauge',
    help: '1 when a spool is configured and its disk could not be used at the start.',
    labels: [],
  },
  adherence_spool_sync_seconds: {
    type: 'histogram',
    help: 'Writing and syncing one group.',
    labels: [],
    buckets: latency,
  },
  adherence_spool_drained_messages_total: { type: 'counter', help: 'Sent from the spool.', labels: [] },
  adherence_spool_refused_total: {
    type: 'counter',
    help: 'Not taken: full, slow, failed.',
    labels: ['reason'],
  },
  adherence_spool_damaged_bytes_total: { type: 'counter', help: 'No whole frame, at a start.', labels: [] },

  adherence_unmapped_events_total: {
    type: 'counter',
    help: 'Joined with nothing, by what.',
    labels: ['kind'],
  },
  adherence_break_lookups_total: { type: 'counter', help: 'Break type look-ups.', labels: ['outcome'] },
  adherence_break_breakers_open: { type: 'gauge', help: 'Break web services given up for now.', labels: [] },

  adherence_clickhouse_rows_total: { type: 'counter', help: 'Rows written.', labels: ['table'] },
  adherence_clickhouse_insert_seconds: {
    type: 'histogram',
    help: 'One insert.',
    labels: ['table'],
    buckets: latency,
  },
  adherence_people_held: { type: 'gauge', help: 'People in memory.', labels: [] },
  adherence_recomputations_pending: {
    type: 'gauge',
    help: 'People waiting to be computed again.',
    labels: [],
  },
  adherence_recomputations_total: { type: 'counter', help: 'People computed again.', labels: [] },
  adherence_live_messages_total: { type: 'counter', help: 'Rows sent to the board.', labels: [] },

  adherence_configuration_offset: {
    type: 'gauge',
    help: 'Next offset of the configuration to fold.',
    labels: [],
  },
  adherence_configuration_corrupt_total: {
    type: 'counter',
    help: 'Records of it that were skipped.',
    labels: [],
  },
  adherence_configuration_unknown_records: {
    type: 'gauge',
    help: 'Records of it in which a later version wrote something that this one does not know.',
    labels: [],
  },

  adherence_auditor_gaps: { type: 'gauge', help: 'Accepted and neither stored nor quarantined.', labels: [] },
  adherence_auditor_last_timestamp_seconds: {
    type: 'gauge',
    help: 'When accepted and stored were last compared.',
    labels: [],
  },
  adherence_auditor_regressions: {
    type: 'gauge',
    help: 'Partitions of the raw log that end before what was stored of them.',
    labels: [],
  },

  adherence_api_request_seconds: {
    type: 'histogram',
    help: 'Requests to the console.',
    labels: ['route', 'method', 'status'],
    buckets: latency,
  },
  adherence_live_viewers: { type: 'gauge', help: 'Open live streams.', labels: [] },
} as const satisfies Record<string, Definition>;

type Table = typeof metricTable;
type NameOf<T extends Definition['type']> = {
  [K in keyof Table]: Table[K]['type'] extends T ? K : never;
}[keyof Table];
export type MetricLabels<K extends keyof Table> = Readonly<Record<Table[K]['labels'][number], string>>;

export interface Metrics {
  count<K extends NameOf<'counter'>>(name: K, labels: MetricLabels<K>, by?: number): void;
  set<K extends NameOf<'gauge'>>(name: K, labels: MetricLabels<K>, value: number): void;
  observe<K extends NameOf<'histogram'>>(name: K, labels: MetricLabels<K>, value: number): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** A registry of its own, so that several services may live in one process. */
export function createMetrics(service: string, version = '0.0.0', processMetrics = true): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, definition] of Object.entries<Definition>(metricTable)) {
    const { type, help, labels, buckets } = definition;
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (type === 'counter') counters.set(name, new Counter(common));
    else if (type === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, new Histogram({ ...common, buckets: [...buckets!] }));
  }
  gauges.get('adherence_build_info')!.set({ service, version }, 1);
  return {
    count: (name, labels, by = 1) => counters.get(name)!.inc(labels, by),
    set: (name, labels, value) => gauges.get(name)!.set(labels, value),
    observe: (name, labels, value) => histograms.get(name)!.observe(labels, value),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

export const noMetrics: Metrics = {
  count() {},
  set() {},
  observe() {},
  text: async () => '',
  contentType: 'text/plain',
};
