import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHarness } from './consume/harness.ts';
import { createTracing } from './open-telemetry.ts';
import type { Tracing } from './tracing.ts';

let exporter: InMemorySpanExporter;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
});

const tracing = (ratio = 1): Tracing =>
  createTracing({ service: 'test', ratio, processor: new SimpleSpanProcessor({ exporter }) });

const finished = () =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    traceId: span.spanContext().traceId,
    parent: span.parentSpanContext?.spanId ?? null,
    links: span.links.map(({ context }) => context.traceId),
    status: span.status.message ?? null,
  }));

describe('a trace', () => {
  it('goes on in another process by the header of a record', () => {
    const request = tracing().begin('notification')!;
    const processed = tracing(0).follow('process', request.headers, {})!;
    processed.end();
    request.end();
    expect(finished()).toMatchObject([
      { name: 'process', traceId: request.context.traceId, parent: request.context.spanId },
      { name: 'notification', traceId: request.context.traceId, parent: null },
    ]);
  });

  it('is not begun for what is not sampled, nor for a header that is none', () => {
    expect(tracing(0).begin('notification')).toBeNull();
    expect(tracing().follow('process', {}, {})).toBeNull();
    expect(tracing().follow('process', { traceparent: 'nonsense' }, {})).toBeNull();
    expect(
      tracing().follow('process', { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }, {}),
    ).toBe(null);
  });

  it('links to the trace of the caller, who does not say whether it is sampled', () => {
    const traceId = 'a'.repeat(32);
    const caller = `00-${traceId}-${'b'.repeat(16)}-01`;
    expect(tracing(0).begin('notification', caller)).toBeNull();
    tracing().begin('notification', caller)!.end();
    tracing().begin('notification', 'nonsense')!.end();
    expect(finished()).toMatchObject([{ parent: null, links: [traceId] }, { links: [] }]);
  });

  it('says of an error what it was, never its text', () => {
    tracing().begin('notification')!.end(new RangeError('anna@acme.example'));
    expect(finished()).toMatchObject([{ status: 'RangeError' }]);
  });
});

describe('a consume loop', () => {
  it('ends the span of a record with the commit after its settling, which links to it', async () => {
    const { broker, clock, start, passing, hooks } = await createHarness();
    const request = tracing().begin('notification')!;
    let refusals = 1;
    hooks.settle = () => {
      if (refusals-- > 0) throw new TypeError('once');
    };
    const producer = await broker.producer();
    await producer.send([
      { topic: 'work', partition: 0, key: null, value: Buffer.from('a'), headers: request.headers },
      { topic: 'work', partition: 0, key: null, value: Buffer.from('b') },
    ]);
    const consumption = await start({ tracing: tracing() });
    await passing(consumption.idle());
    await passing(consumption.stop());
    expect(clock.now()).toBeGreaterThan(0);
    const { traceId } = request.context;
    expect(finished()).toMatchObject([
      { name: 'workers settle', links: [traceId], status: 'TypeError' },
      { name: 'workers process', traceId, parent: request.context.spanId },
      { name: 'workers settle', links: [traceId], status: null },
    ]);
  });

  it('ends the spans of what goes to another member, as not done', async () => {
    const { broker, start, passing, hooks } = await createHarness();
    const request = tracing().begin('notification')!;
    const taken = Promise.withResolvers<void>();
    hooks.settle = () => new Promise(() => {});
    hooks.take = () => taken.resolve();
    const producer = await broker.producer();
    await producer.send([
      { topic: 'work', partition: 0, key: null, value: Buffer.from('a'), headers: request.headers },
    ]);
    await start({ tracing: tracing(), name: 'first' });
    await passing(taken.promise);
    const second = await start({ name: 'second', hooks: {} });
    await passing(second.idle());
    expect(finished()).toMatchObject([{ name: 'workers process', status: 'FencedError' }]);
    await passing(second.stop());
  });
});
