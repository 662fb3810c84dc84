/** A sampled request can be followed from the webhook to the stored row. */
import { createTracing } from '@adherence/runtime/open-telemetry.ts';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTenant } from './tenant.ts';
import { startWholeProduct, type WholeProduct } from './whole-product.ts';

const exporter = new InMemorySpanExporter();
let product: WholeProduct;

beforeAll(async () => {
  const processor = new SimpleSpanProcessor({ exporter });
  product = await startWholeProduct({ tracing: createTracing({ service: 'all', ratio: 1, processor }) });
}, 60_000);
afterAll(() => product.stop());

it('a request of several notifications is one trace: the first of them, through every service', async () => {
  const tenant = await createTenant(product, 'traced', 'Europe/Paris');
  const contact = { name: 'Ops', email: 'ops@traced.example' };
  const integration = {
    name: 'O',
    timeZone: 'Europe/Paris',
    contact,
    breakDetail: null,
    feedGapSeconds: null,
  };
  await tenant.call('PUT', '/integrations/odigo', integration);
  const events = ['anna', 'bert'].map((agentId) => ({ agentId, status: 'READY' }));
  await tenant.notify('odigo', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  await product.idle();

  const spans = exporter.getFinishedSpans();
  const request = spans.find(({ name }) => name === 'notifications')!;
  const { traceId, spanId } = request.spanContext();
  const ofTrace = spans.filter((span) => span.spanContext().traceId === traceId);
  expect(ofTrace.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId ?? null])).toEqual([
    ['notifications', null],
    ['adherence-enrichment process', spanId],
    ['adherence-results process', spanId],
  ]);
  expect(ofTrace.every(({ status }) => status.message === undefined)).toBe(true);
  const settles = spans.filter(({ links }) => links.some(({ context }) => context.traceId === traceId));
  expect(settles.map(({ name }) => name)).toEqual([
    'adherence-enrichment settle',
    'adherence-results settle',
  ]);
  expect(JSON.stringify(spans.map(({ attributes, events: told }) => [attributes, told]))).not.toContain(
    'anna',
  );
});
