import { addDays } from '@adherence/domain/calendar.ts';
import { describe, expect, test } from 'vitest';
import { centre } from './centre.ts';
import { rosterOf, shiftStart } from './roster.ts';

const hour = 60 * 60_000;
/** Two weeks around the end of summer time in Paris (25 October 2026) and New York (1 November 2026). */
const dates = Array.from({ length: 16 }, (_, i) => addDays('2026-10-20', i));
const people = centre.agents.filter(({ isPerson }) => isPerson);

describe('rosterOf', () => {
  test('gives the same shifts again, and others for another seed', () => {
    const all = (seed: string) => people.map((person) => dates.map((date) => rosterOf(seed, person, date)));
    expect(all('a')).toEqual(all('a'));
    expect(all('a')).not.toEqual(all('b'));
  });

  test('activities are sorted, touch, fit into 36 hours and never reach into the next shift', () => {
    const strange: string[] = [];
    for (const person of people) {
      let before = Number.NEGATIVE_INFINITY;
      for (const date of dates) {
        const { activities, shiftDate } = rosterOf('a', person, date);
        expect(shiftDate).toBe(date);
        if (activities.length === 0) continue;
        expect(activities[0]!.start).toBeGreaterThanOrEqual(before);
        expect(activities[0]!.start).toBe(shiftStart('a', person, date));
        for (const [i, { start, end }] of activities.entries()) {
          if (end <= start || (i > 0 && start !== activities[i - 1]!.end))
            strange.push(`${person.id} ${date}`);
        }
        before = activities.at(-1)!.end;
        expect(before - activities[0]!.start).toBe(9 * hour);
      }
    }
    expect(strange).toEqual([]);
  });

  test('names only activities that are set up, and all of them within two weeks', () => {
    const used = new Set(
      people.flatMap((person) =>
        dates.flatMap((date) =>
          rosterOf('helios', person, date).activities.map(({ activityId }) => activityId),
        ),
      ),
    );
    expect([...used].sort()).toEqual(centre.activities.map(({ id }) => id).sort());
  });

  test('whenever the demo is started, seven or more people are scheduled to work, ten or more mostly', () => {
    const counts = [];
    for (
      let at = Date.parse('2026-10-21T00:00:00Z');
      at < Date.parse('2026-11-04T00:00:00Z');
      at += hour / 2
    ) {
      counts.push(people.filter((person) => worksAt(person, at)).length);
    }
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(7);
    expect(counts.filter((count) => count >= 10).length / counts.length).toBeGreaterThan(0.8);
  });
});

function worksAt(person: (typeof people)[number], at: number): boolean {
  return dates.some((date) =>
    rosterOf('helios', person, date).activities.some(
      ({ activityId, start, end }) => !['vacation', 'sick'].includes(activityId) && start <= at && at < end,
    ),
  );
}
