/**
 * The golden vectors through the services: the administrator's calls and Odigo's requests over HTTP, the expected
 * timelines, adherence answers and reports read from the API. Twice: what `first` says, then `later` on top; and then
 * once more what `first` says, as it was known before the rest came.
 */
import type { Segment } from '@adherence/domain/model.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timelineDifference } from './model/vector-answers.ts';
import {
  readVector,
  type Vector,
  type VectorAdherence,
  type VectorExpectation,
  type VectorPhase,
  vectorFiles,
  vectorName,
} from './model/vector-files.ts';
import { createTenant, type TestTenant } from './tenant.ts';
import { startWholeProduct, type WholeProduct } from './whole-product.ts';

let product: WholeProduct;
beforeAll(async () => {
  product = await startWholeProduct();
});
afterAll(() => product.stop());

interface VectorRequest {
  readonly integrationId: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly text?: string;
  readonly base64?: string;
  readonly accepted: number | null;
  readonly rejected: number | null;
}

describe('golden vectors through the services', () => {
  it('finds the vectors', () => expect(vectorFiles().length).toBeGreaterThanOrEqual(18));

  it.each(vectorFiles().map((path) => [vectorName(path), path]))('%s', async (name, path) => {
    const vector = readVector(path);
    const tenant = await createTenant(product, `v-${name}`, 'Europe/Paris');
    let knownAt = '';
    for (const phase of ['first', 'later'] as const) {
      await play(tenant, vector[phase]);
      await product.idle();
      const status = (await tenant.call('GET', '/pipeline')) as {
        pending: number;
        recomputationsPending: number;
      };
      expect(status).toMatchObject({ pending: 0, recomputationsPending: 0, gaps: 0 });
      await compare(tenant, vector[phase].expect);
      await compareReport(tenant, vector, vector[phase].expect);
      if (phase === 'first') knownAt = await instantAfterEverything();
    }
    await compare(tenant, sampleOf(vector.first.expect, path), { asKnownAt: knownAt });
    await compare(tenant, sampleOf(vector.later.expect, path), { explain: 'true' });
  });
});

async function play(tenant: TestTenant, { calls, requests }: VectorPhase): Promise<void> {
  for (const { method, path, body, text, contentType } of calls) {
    await tenant.call(method, path.replace('/api/v1', ''), text ?? body, contentType);
  }
  for (const request of requests as readonly VectorRequest[]) {
    const { method, headers, text, base64, accepted, rejected } = request;
    const answer = await tenant.notify(request.integrationId, {
      method,
      headers,
      body: text ?? Buffer.from(base64!, 'base64'),
    });
    expect(answer.accepted).toBe(accepted ?? answer.accepted);
    expect(answer.rejected).toBe(rejected ?? answer.rejected);
  }
}

/** What is computed is asked for in samples, each vector's its own, so that all of them together have everything. */
function sampleOf({ timelines, adherence, ...rest }: VectorExpectation, path: string): VectorExpectation {
  const turn = vectorFiles().indexOf(path);
  const isTurn = (_: unknown, i: number) => i % 4 === turn % 4;
  return {
    ...rest,
    timelines: Object.fromEntries(Object.entries(timelines).filter(isTurn)),
    adherence: adherence.filter(isTurn),
  };
}

/** An instant at which all that was received and written is past, and that is past before anything else comes. */
async function instantAfterEverything(): Promise<string> {
  const at = Date.now() + 1;
  while (Date.now() <= at) await new Promise((resolve) => setImmediate(resolve));
  return new Date(at).toISOString();
}

async function compare(
  tenant: TestTenant,
  expected: VectorExpectation,
  asked: { readonly explain?: 'true'; readonly asKnownAt?: string } = {},
): Promise<void> {
  for (const [personId, timeline] of Object.entries(expected.timelines)) {
    const query = new URLSearchParams({ from: timeline.from, to: timeline.to, ...asked });
    const answer = (await tenant.call('GET', `/people/${personId}/timeline?${query}`)) as {
      segments: (Omit<Segment, 'from' | 'to'> & { from: string; to: string; why?: unknown })[];
    };
    const segments = answer.segments.map(({ why: _, ...segment }) => ({
      ...segment,
      from: Date.parse(segment.from),
      to: Date.parse(segment.to),
    }));
    expect({ personId, difference: timelineDifference(segments, timeline) }).toEqual({
      personId,
      difference: null,
    });
  }
  if (asked.explain) return;
  for (const { query, ...wanted } of expected.adherence) {
    const rows = await adherenceRows(tenant, { ...wanted, query: { ...query, ...asked } });
    expect(rows).toEqual([...wanted.rows].sort(byText));
  }
}

async function adherenceRows(tenant: TestTenant, { query, columns }: VectorAdherence): Promise<unknown[][]> {
  const answer = (await tenant.call('GET', `/adherence?${new URLSearchParams(query)}`)) as {
    items: Record<string, unknown>[];
  };
  const keyOf = { person: 'personId', team: 'team', planningUnit: 'planningUnitId', tenant: 'tenant' }[
    query.groupBy
  ];
  const columnOf = (item: Record<string, unknown>, column: string): unknown => {
    if (column === 'key') return item[keyOf!];
    const [outer, inner] = column.split('.');
    return inner ? (item[outer!] as Record<string, unknown>)[inner] : item[column];
  };
  return answer.items.map((item) => columns.map((column) => columnOf(item, column))).sort(byText);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Numbers of the report have two decimals, half up; the expected ones are not rounded. */
async function compareReport(tenant: TestTenant, vector: Vector, expected: VectorExpectation): Promise<void> {
  const [from, last] = vector.dates;
  const to = new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10);
  const csv = await tenant.text(`/reports/adherence.csv?from=${from}&to=${to}`);
  const [header, ...lines] = csv.trim().split(/\r?\n/);
  const names = header!.split(',');
  const found = lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
  });
  expect(found.length).toBe(expected.report.length);
  for (const wanted of expected.report) {
    const line = found.find(
      ({ personId, activityId }) => personId === wanted.personId && activityId === wanted.activityId,
    );
    for (const [column, value] of Object.entries(wanted)) {
      if (typeof value === 'number') expect(Math.abs(Number(line?.[column]) - value)).toBeLessThan(0.0051);
      else expect(line?.[column]).toBe(value ?? '');
    }
  }
}
