/**
 * The planned shifts: for any agent and date, from a seed. Nine hours with two short breaks, lunch and now and then a
 * meeting, training or back office; one day off in seven; vacations by the week; some sick days.
 */
import { instantOf } from '@adherence/domain/calendar.ts';
import type { Instant, ScheduleDocument, ScheduledActivity } from '@adherence/domain/model.ts';
import type { Agent } from './centre.ts';
import { type Random, randomOf } from './random.ts';

const minute = 60_000;
const dayMs = 24 * 60 * minute;
const shiftMinutes = 9 * 60;

/** Shift of an agent on a date `YYYY-MM-DD` of the agent's zone; no activities on a day off. */
export function rosterOf(seed: string, agent: Agent, shiftDate: string): ScheduleDocument {
  const day = Math.round(Date.parse(`${shiftDate}T00:00:00Z`) / dayMs);
  if ((day + agent.rota * 3) % 7 === 0) return { shiftDate, activities: [] };
  const start = shiftStart(seed, agent, shiftDate);
  const random = randomOf(seed, 'roster', agent.id, shiftDate);
  // Five and twenty-two have no common divisor: everybody's vacation comes once in 22 weeks, two people at a time.
  const onVacation = (agent.rota + weekOf(day) * 5) % 22 === 0;
  const activities = onVacation
    ? wholeShift('vacation', start)
    : random.chance(0.02)
      ? wholeShift('sick', start)
      : working(random, agent, day, start);
  return { shiftDate, activities };
}

/** When the agent's shift of a date begins, or would begin on a day off. Differs by a quarter of an hour from week to week. */
export function shiftStart(seed: string, agent: Agent, shiftDate: string): Instant {
  const midnight = Date.parse(`${shiftDate}T00:00:00Z`);
  const random = randomOf(seed, 'week', agent.id, weekOf(Math.round(midnight / dayMs)));
  const wallClock = midnight + (agent.shiftStartMinute + random.pick([-15, 0, 0, 15])) * minute;
  return instantOf(agent.timeZone, wallClock).instant;
}

/** Number of the week (from Monday) of a day since 1970, which began on a Thursday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

function wholeShift(activityId: string, start: Instant): ScheduledActivity[] {
  return [{ activityId, start, end: start + shiftMinutes * minute }];
}

interface Insert {
  readonly activityId: string;
  /** Minutes from the start of the shift. */
  readonly at: number;
  readonly length: number;
}

function working(random: Random, agent: Agent, day: number, start: Instant): ScheduledActivity[] {
  const inserts = insertsOf(random, agent, day);
  const activities: ScheduledActivity[] = [];
  const add = (activityId: string, from: number, to: number) => {
    if (from < to) activities.push({ activityId, start: start + from * minute, end: start + to * minute });
  };
  let from = 0;
  let afterLunch = false;
  for (const { activityId, at, length } of inserts) {
    add(afterLunch && agent.logins.length > 1 ? 'chat' : 'calls', from, at);
    add(activityId, at, at + length);
    from = at + length;
    afterLunch ||= activityId === 'lunch';
  }
  add('calls', from, shiftMinutes);
  return activities;
}

/** In order, and far enough apart that they never touch. */
function insertsOf(random: Random, agent: Agent, day: number): Insert[] {
  const five = (least: number, greatest: number) => random.whole(least / 5, greatest / 5) * 5;
  const meetingDay = agent.team.length % 7;
  const inserts: Insert[] = [{ activityId: 'short-break', at: five(90, 130), length: 15 }];
  if (day % 7 === meetingDay) inserts.push({ activityId: 'team-meeting', at: 165, length: 45 });
  else if (random.chance(0.15)) inserts.push({ activityId: 'training', at: five(160, 180), length: 45 });
  inserts.push({ activityId: 'lunch', at: five(240, 285), length: random.pick([45, 60]) });
  if (random.chance(0.3))
    inserts.push({ activityId: 'back-office', at: five(355, 365), length: five(30, 50) });
  inserts.push({ activityId: 'short-break', at: five(435, 470), length: 15 });
  return inserts;
}
