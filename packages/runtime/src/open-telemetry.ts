/** Tracing by OpenTelemetry's own packages. */
import { traceParentHeader } from '@adherence/domain/notifications/raw-headers.ts';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Span, Tracing } from './tracing.ts';

export interface TracingOptions {
  readonly service: string;
  readonly version?: string;
  /** Share of the requests that are traced, 0 to 1. */
  readonly ratio: number;
  readonly processor: SpanProcessor;
}

/** Sends to the collector that OTEL_EXPORTER_OTLP_ENDPOINT (and OTEL_EXPORTER_OTLP_HEADERS) name. */
export const exportingProcessor = (): SpanProcessor =>
  new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ timeoutMillis: 5_000 }) });

export function createTracing({ service, version, ratio, processor }: TracingOptions): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': `adherence-${service}`,
      ...(version ? { 'service.version': version } : {}),
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  });
  // Batches are only begun for spans that are sampled.
  const batches = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `adherence-${service}` }),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('adherence');
  const batchTracer = batches.getTracer('adherence');
  return {
    begin(name, callersTraceParent) {
      const caller = typeof callersTraceParent === 'string' ? parseTraceParent(callersTraceParent) : null;
      const links = caller ? [{ context: { ...caller, isRemote: true } }] : [];
      const span = tracer.startSpan(name, { root: true, links });
      return span.isRecording() ? spanOf(span) : null;
    },
    follow(name, headers, attributes) {
      const parent = parseTraceParent(headers[traceParentHeader] ?? '');
      if (!parent) return null;
      const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
      const span = tracer.startSpan(name, { attributes }, context);
      return span.isRecording() ? spanOf(span) : null;
    },
    batch(name, spans, attributes) {
      const links = spans.map(({ context }) => ({ context }));
      return spanOf(batchTracer.startSpan(name, { root: true, links, attributes }));
    },
    close: () => processor.shutdown(),
  };
}

type SdkSpan = ReturnType<ReturnType<TracerProvider['getTracer']>['startSpan']>;

function spanOf(span: SdkSpan): Span {
  const context = span.spanContext();
  const flags = context.traceFlags.toString(16).padStart(2, '0');
  return {
    context,
    headers: { [traceParentHeader]: `00-${context.traceId}-${context.spanId}-${flags}` },
    end(error) {
      // The message of an error may quote what it was about.
      if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.name });
      span.end();
    },
  };
}
