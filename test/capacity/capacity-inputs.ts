/** What docs/capacity.md is computed from. */
import type { Costs, Load } from './capacity.ts';

/** An agent of the benchmark: a status every few minutes of a shift, and a centre that is open for ten hours. */
export const usualLoad: Omit<Load, 'agents'> = {
  eventsPerAgentDay: 177,
  hoursPerDay: 10,
  peakFactor: 3,
  resultTickSeconds: 15,
  retentionDays: 400,
  kafkaReplicas: 3,
  clickhouseReplicas: 2,
};

/**
 * CPU of our processes: the end-to-end figures of docs/benchmarks.md at 100 and 1,000 events/s, a line through both; what
 * 1,000 people's rows cost every 15 s is taken off the rest. Kafka and ClickHouse, which were dearer at 100/s: without
 * load what they took there, an event as in the parts ingress and adherence. Rows: parts adherence and compute.
 */
export const measuredCosts: Costs = {
  cores: {
    ingress: { idle: 0.16, event: 0.00015, row: 0 },
    enrichment: { idle: 0.21, event: 0.00012, row: 0 },
    adherence: { idle: 0.17, event: 0.00021, row: 0.00032 },
    kafka: { idle: 0.36, event: 0.00004, row: 0 },
    clickhouse: { idle: 0.33, event: 0.00009, row: 0.0003 },
  },
  adherenceMb: { rest: 300, perPerson: 0.21 },
  bytes: { kafkaEvent: 530, fact: 36, received: 4, personDay: 2_800 },
};
