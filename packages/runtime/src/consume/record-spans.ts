/** Spans of the sampled records that a consume loop has in hand: from their take to the commit after their settling. */
import { traceParentHeader } from '@adherence/domain/notifications/raw-headers.ts';
import type { Batch, CommitOffset } from '../broker/broker.ts';
import { noTracing, type Span, type Tracing } from '../tracing.ts';

interface InHand {
  readonly partition: number;
  readonly offset: number;
  readonly span: Span;
}

/** A span has at most so many links; more than that says nothing more. */
const mostLinks = 100;

export function createRecordSpans(topic: string, groupId: string, tracing: Tracing = noTracing) {
  let inHand: InHand[] = [];
  return {
    taken({ partition, messages }: Batch): void {
      if (tracing === noTracing) return;
      for (const { offset, headers } of messages) {
        if (!(traceParentHeader in headers)) continue;
        const span = tracing.follow(`${groupId} process`, headers, {
          'messaging.system': 'kafka',
          'messaging.destination.name': topic,
          'messaging.destination.partition.id': String(partition),
          'messaging.kafka.offset': offset,
        });
        if (span) inHand.push({ partition, offset, span });
      }
    },
    /** The settling of what is in hand; null when nothing of it is traced. */
    settling(messages: number): Span | null {
      if (inHand.length === 0) return null;
      const links = inHand.slice(0, mostLinks).map(({ span }) => span);
      return tracing.batch(`${groupId} settle`, links, {
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': messages,
      });
    },
    /** What is below the committed offsets is done. */
    committed(offsets: readonly CommitOffset[]): void {
      const next = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
      const isDone = ({ partition, offset }: InHand) => offset < (next.get(partition) ?? 0);
      for (const each of inHand) if (isDone(each)) each.span.end();
      inHand = inHand.filter((each) => !isDone(each));
    },
    /** Whoever owns the partitions next does them again. */
    dropped(reason: Error): void {
      for (const { span } of inHand) span.end(reason);
      inHand = [];
    },
  };
}
