/** The tables of docs/capacity.md. */
import type { Row } from '../bench/report.ts';
import { capacityOf } from './capacity.ts';
import { measuredCosts, usualLoad } from './capacity-inputs.ts';

export const capacityRows = (): Row[] =>
  [100, 1_000, 10_000, 100_000].map((agents) => {
    const needed = capacityOf({ ...usualLoad, agents }, measuredCosts);
    return {
      agents,
      'events a day': needed.eventsPerDay,
      'events/s at the peak': needed.peakPerSecond,
      ingress: needed.ingressReplicas,
      enrichment: needed.enrichmentReplicas,
      adherence: needed.adherenceReplicas,
      'adherence MiB': needed.adherenceMemory,
      'Kafka cores': needed.kafkaCores,
      'Kafka GB': needed.kafkaDisk,
      'ClickHouse cores': needed.clickhouseCores,
      'ClickHouse GB': needed.clickhouseDisk,
    };
  });

export const costRows = (): Row[] =>
  Object.entries(measuredCosts.cores).map(([process, { idle, event, row }]) => ({
    process,
    'without load': idle,
    'an event a second': event,
    'a row a second': row,
  }));
