/**
 * Traces from the webhook to the stored row. The ingress samples requests; the first record of a sampled one carries
 * the W3C context (`traceparent`) through every topic, unchanged, so each service adds its span below the request.
 * What is not sampled costs nothing. Spans hold coordinates of records, never whom they are about.
 */
import type { Attributes, SpanContext } from '@opentelemetry/api';

export interface Tracing {
  /** Begins a trace, with a link to that of the caller if it names one; null when it is not sampled. */
  begin(name: string, callersTraceParent?: string | readonly string[]): Span | null;
  /** Goes on with the trace that a record belongs to; null when it belongs to none. */
  follow(name: string, headers: Readonly<Record<string, string>>, attributes: Attributes): Span | null;
  /** Work on several at once: a trace of its own with a link to each. */
  batch(name: string, spans: readonly Span[], attributes: Attributes): Span;
  /** Sends what waits, within some seconds. */
  close(): Promise<void>;
}

export interface Span {
  readonly context: SpanContext;
  /** For records that the work leads to. */
  readonly headers: Readonly<Record<string, string>>;
  end(error?: Error): void;
}

export const noTracing: Tracing = {
  begin: () => null,
  follow: () => null,
  batch: () => {
    throw new Error('a batch of spans without tracing');
  },
  close: async () => {},
};
