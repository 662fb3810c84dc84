/**
 * How much of everything an installation needs, by agents: docs/capacity.md. A pure function of measured costs, so that
 * the page and the arithmetic agree (capacity.test.ts writes none of it: it fails when they do not).
 */
export interface Load {
  /** People whose statuses come. */
  readonly agents: number;
  readonly eventsPerAgentDay: number;
  /** Hours of the day in which they come. */
  readonly hoursPerDay: number;
  /** The busiest second beside the mean of these hours. */
  readonly peakFactor: number;
  /** RESULT_TICK_SECONDS: how often the row of everybody's day is written anew. */
  readonly resultTickSeconds: number;
  /** RETENTION_DAYS. */
  readonly retentionDays: number;
  readonly kafkaReplicas: number;
  readonly clickhouseReplicas: number;
}

/** Sources: docs/benchmarks.md, and "Bytes" of docs/capacity.md. */
export interface Costs {
  /** Of one process, in cores: without load, for one event a second, and for one row of a person's day a second. */
  readonly cores: Readonly<
    Record<Process, { readonly idle: number; readonly event: number; readonly row: number }>
  >;
  /** Of an adherence process: at rest, and for each person in memory. */
  readonly adherenceMb: { readonly rest: number; readonly perPerson: number };
  /** On disk, once merged, of one replica. */
  readonly bytes: {
    /** On Kafka: as received and as joined, for one event. */
    readonly kafkaEvent: number;
    /** In ClickHouse: the fact, and its line in the ledger, for one event. */
    readonly fact: number;
    readonly received: number;
    /** One person's day of results. */
    readonly personDay: number;
  };
}

export type Process = 'ingress' | 'enrichment' | 'adherence' | 'kafka' | 'clickhouse';

export interface Capacity {
  readonly agents: number;
  readonly eventsPerDay: number;
  readonly peakPerSecond: number;
  readonly ingressReplicas: number;
  readonly enrichmentReplicas: number;
  readonly adherenceReplicas: number;
  /** For `resources.limits.memory` of adherence, MiB. */
  readonly adherenceMemory: number;
  /** Busy at the peak, of all replicas together. */
  readonly kafkaCores: number;
  /** To plan for, so that the peak keeps half of them busy; each replica needs them. */
  readonly clickhouseCores: number;
  /** GB, of all replicas together. */
  readonly kafkaDisk: number;
  readonly clickhouseDisk: number;
}

const kafkaDays = 7;
const inputsLongerDays = 60;
/** A process plans to be so busy of its one core at the peak: the rest is for catching up. */
const busy = 0.5;
/** A heap is three quarters of its limit (NODE_OPTIONS of the images). */
const heapShare = 0.75;
const maxMemoryMb = 4_096;

export function capacityOf(load: Load, costs: Costs): Capacity {
  const { agents, retentionDays } = load;
  const eventsPerDay = agents * load.eventsPerAgentDay;
  const peakPerSecond = (eventsPerDay / (load.hoursPerDay * 3_600)) * load.peakFactor;
  const rowsPerSecond = agents / load.resultTickSeconds;
  const working = (process: Process): number =>
    costs.cores[process].event * peakPerSecond + costs.cores[process].row * rowsPerSecond;
  /** Those that carry the peak, and one that may be away; two at least. */
  const replicas = (process: Process): number =>
    Math.max(2, 1 + Math.ceil(working(process) / (busy - costs.cores[process].idle)));
  const { rest, perPerson } = costs.adherenceMb;
  const peoplePerProcess = (maxMemoryMb * heapShare - rest) / perPerson;
  const adherenceReplicas = Math.max(replicas('adherence'), 1 + Math.ceil(agents / peoplePerProcess));
  const heldMb = rest + (perPerson * agents) / (adherenceReplicas - 1);
  const { kafkaEvent, fact, received, personDay } = costs.bytes;
  const kept = retentionDays + inputsLongerDays;
  const stored = eventsPerDay * (fact + received) * kept + agents * personDay * retentionDays;
  return {
    agents,
    eventsPerDay,
    peakPerSecond,
    ingressReplicas: replicas('ingress'),
    enrichmentReplicas: replicas('enrichment'),
    adherenceReplicas,
    adherenceMemory: Math.max(1_024, Math.ceil(heldMb / heapShare / 512) * 512),
    kafkaCores: (costs.cores.kafka.idle + working('kafka')) * load.kafkaReplicas,
    clickhouseCores: (costs.cores.clickhouse.idle + working('clickhouse')) / busy,
    kafkaDisk: (eventsPerDay * kafkaEvent * kafkaDays * load.kafkaReplicas) / 1e9,
    clickhouseDisk: (stored * load.clickhouseReplicas) / 1e9,
  };
}
