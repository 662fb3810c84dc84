import { addDays } from '@adherence/domain/calendar.ts';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from './agent-event.ts';
import { behaviourOf } from './behaviour.ts';
import { centre } from './centre.ts';
import { rosterOf } from './roster.ts';

const minute = 60_000;
const dates = Array.from({ length: 14 }, (_, i) => addDays('2026-11-16', i));
const shifts = centre.agents.flatMap((agent) =>
  dates.map((date) => ({
    agent,
    events: behaviourOf('a', agent, date),
    schedule: rosterOf('a', agent, date).activities,
  })),
);

describe('behaviourOf', () => {
  test('gives the same events again, whatever was asked before', () => {
    const agent = centre.agents[5]!;
    const again = behaviourOf('a', agent, dates[3]!);
    expect(again).toEqual(
      shifts.find((s) => s.agent === agent && s.events[0]?.occurredAt === again[0]?.occurredAt)?.events,
    );
  });

  test('events of a user are at whole seconds, ascending, counted, and the user is one of the agent', () => {
    const strange = shifts.flatMap(({ agent, events }) => {
      const logins = agent.logins.map(userOf);
      return byUser(events).flatMap((ofUser) =>
        ofUser.filter(
          (event, i) =>
            event.occurredAt % 1000 !== 0 ||
            event.sequence !== i + 1 ||
            (i > 0 && event.occurredAt <= ofUser[i - 1]!.occurredAt) ||
            !logins.includes(userOf(event)),
        ),
      );
    });
    expect(strange).toEqual([]);
  });

  test('happens around the shift: at most an hour before it and three after', () => {
    for (const { events, schedule } of shifts) {
      if (events.length === 0 || schedule.length === 0) continue;
      expect(events[0]!.occurredAt).toBeGreaterThan(schedule[0]!.start - 60 * minute);
      expect(events.at(-1)!.occurredAt).toBeLessThan(schedule.at(-1)!.end + 180 * minute);
    }
  });

  test('an agent on calls changes status every one to four minutes or sooner', () => {
    const gaps = shifts.flatMap(({ events }) =>
      byUser(events).flatMap((ofUser) =>
        ofUser.slice(1).flatMap((event, i) => {
          const before = ofUser[i]!;
          return ['TALKING', 'WAITING'].includes(before.status ?? '') &&
            !before.externalUserId.startsWith('chat.')
            ? [event.occurredAt - before.occurredAt]
            : [];
        }),
      ),
    );
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    expect(mean).toBeGreaterThan(0.5 * minute);
    expect(mean).toBeLessThan(2.5 * minute);
  });

  test('shows what a supervisor knows: lateness, long breaks, overtime, no-shows, forgotten logouts, people on vacation', () => {
    const working = shifts.filter(({ schedule }) => schedule.length > 1);
    const late = working.filter(
      ({ events, schedule }) => events.length > 0 && events[0]!.occurredAt > schedule[0]!.start + 3 * minute,
    );
    const overtime = working.filter(
      ({ events, schedule }) =>
        events.length > 0 && events.at(-1)!.occurredAt > schedule.at(-1)!.end + 9 * minute,
    );
    const noShow = working.filter(({ events }) => events.length === 0);
    const forgotten = working.filter(
      ({ events }) => events.length > 0 && events.at(-1)!.eventType !== 'LOGOUT',
    );
    const extra = shifts.filter(({ events, schedule }) => events.length > 0 && schedule.length === 0);
    const onVacation = shifts.filter(({ schedule }) => schedule[0]?.activityId === 'vacation');
    expect(share(late, working)).toBeGreaterThan(0.1);
    expect(share(late, working)).toBeLessThan(0.5);
    for (const some of [overtime, noShow, forgotten, extra, onVacation]) {
      expect(some.length).toBeGreaterThan(0);
      expect(share(some, shifts)).toBeLessThan(0.25);
    }
  });

  test('uses every mapped status, and one that nobody mapped', () => {
    const used = new Set(
      shifts.flatMap(({ events }) => events.map(({ status, breakType }) => `${status} ${breakType}`)),
    );
    const mapped = centre.statusMappings.map(({ status, breakType }) => `${status} ${breakType}`);
    expect([...used].filter((key) => !key.startsWith('null')).sort()).toEqual(
      [...mapped, 'CONSULTATION null'].sort(),
    );
  });
});

const userOf = ({ integrationId, externalUserId }: { integrationId: string; externalUserId: string }) =>
  `${integrationId} ${externalUserId}`;
const byUser = (events: readonly AgentEvent[]) => [...Map.groupBy(events, userOf).values()];
const share = (some: readonly unknown[], all: readonly unknown[]) => some.length / all.length;
