/**
 * The golden vectors through the services: the administrator's calls and Odigo's requests over HTTP, the expected
 * timelines, adherence answers and reports read from the API. Twice: what `first` says, then `later` on top.
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
    for (const phase of ['first', 'later'] as const) {
      await play(tenant, vector[phase]);
      await product.idle();
      const status = (await tenant.call('GET', '/pipeline')) as {
        pending: number;
        recomputationsPending: number;
      };
      expect(status).toMatchObject({ pending: 0, recomputationsPending: 0, gaps: 0 });
      await compare(tenant, vector, vector[phase].expect);
    }
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

async function compare(tenant: TestTenant, vector: Vector, expected: VectorExpectation): Promise<void> {
  for (const [personId, timeline] of Object.entries(expected.timelines)) {
    const query = new URLSearchParams({ from: timeline.from, to: timeline.to });
    const answer = (await tenant.call('GET', `/people/${personId}/timeline?${query}`)) as {
      segments: (Omit<Segment, 'from' | 'to'> & { from: string; to: string })[];
    };
    const segments = answer.segments.map((segment) => ({
      ...segment,
      from: Date.parse(segment.from),
      to: Date.parse(segment.to),
    }));
    expect({ personId, difference: timelineDifference(segments, timeline) }).toEqual({
      personId,
      difference: null,
    });
  }
  for (const wanted of expected.adherence) {
    const rows = await adherenceRows(tenant, wanted);
    expect(rows).toEqual([...wanted.rows].sort(byText));
  }
  await compareReport(tenant, vector, expected);
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
