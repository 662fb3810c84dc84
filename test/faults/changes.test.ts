import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiRequest } from './api-request.ts';
import { changesOf, scheduleRequest } from './changes.ts';
import { type Assignment, centreOf } from './contact-centre.ts';
import { finalRequests } from './final-configuration.ts';

const today = '2026-03-31';
const seeds = fc.integer({ min: 1, max: 1_000_000 });
const runs = { numRuns: 40 };

const requestsOf = (seed: number): ApiRequest[] =>
  changesOf(seed, centreOf(seed, today)).flatMap(({ requests }) => requests);

interface Held extends Assignment {
  readonly personId: string;
}

/** Who holds which user, from the documents of all people. */
const held = (documents: ReadonlyMap<string, ApiRequest>): Held[] =>
  [...documents].flatMap(([personId, { body }]) =>
    (body as { externalUsers: Assignment[] }).externalUsers.map((user) => ({ ...user, personId })),
  );

function overlaps(a: Held, b: Held): boolean {
  const isSameUser = a.integrationId === b.integrationId && a.externalUserId === b.externalUserId;
  const [from, to] = [a.validFrom ?? '', a.validTo ?? '9'];
  return isSameUser && from < (b.validTo ?? '9') && (b.validFrom ?? '') < to;
}

describe('changesOf', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(requestsOf(3)).toEqual(requestsOf(3));
    expect(requestsOf(3)).not.toEqual(requestsOf(4));
  });

  it('changes people, statuses, schedules, exceptions and settings', () => {
    const requests = Array.from({ length: 10 }, (_, seed) => requestsOf(seed + 1)).flat();
    const paths = requests.map(({ method, path }) => `${method} ${path}`);
    for (const kind of [
      'PUT /people/',
      'POST /integrations/',
      'DELETE /integrations/',
      'PUT /schedules/',
      'DELETE /schedules/',
      'PUT /exceptions/',
      'DELETE /exceptions/',
      'PUT /settings',
      'PUT /matches',
    ]) {
      expect(paths.filter((path) => path.startsWith(kind)).length).toBeGreaterThan(1);
    }
  });

  it('leaves no time to the clock', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const { method, path, body } of requestsOf(seed)) {
          if (method === 'DELETE' || !/settings|matches|status-mappings/.test(path)) continue;
          expect(body).toHaveProperty('validFrom');
        }
      }),
      runs,
    );
  });

  it('never gives a user to two people at a time, not even between two requests', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const documents = new Map<string, ApiRequest>();
        const all = [...centreOf(seed, today).configuration, ...requestsOf(seed)];
        for (const request of all.filter(({ path }) => path.startsWith('/people/'))) {
          documents.set(request.path, request);
          const users = held(documents);
          const twice = users.filter((a, i) => users.some((b, j) => i < j && overlaps(a, b)));
          expect(twice).toEqual([]);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('comes in the order of the lanes, within the load', () => {
    const changes = changesOf(5, centreOf(5, today));
    const times = changes.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((at) => at > 0 && at < 1)).toBe(true);
  });
});

describe('the shifts', () => {
  it('overlap no other of the person, whatever is edited', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const centre = centreOf(seed, today);
        const byPerson = Map.groupBy(
          finalRequests([...centre.shifts.map(scheduleRequest)]),
          ({ path }) => path.split('/')[2],
        );
        for (const shifts of byPerson.values()) {
          const slots = shifts.flatMap(
            ({ body }) => (body as { activities: { start: string; end: string }[] }).activities,
          );
          const ordered = slots.toSorted((a, b) => (a.start < b.start ? -1 : 1));
          ordered.forEach(({ end }, i) => {
            expect(end <= (ordered[i + 1]?.start ?? '9')).toBe(true);
          });
        }
      }),
      runs,
    );
  });
});
