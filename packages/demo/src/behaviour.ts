/**
 * What people really do with their shifts: late or early, breaks that grow, meetings that are skipped, crashes,
 * overtime, forgotten logouts. A pure function of seed, agent and date.
 */
import type { Instant, ScheduledActivity } from '@adherence/domain/model.ts';
import type { AgentEvent } from './agent-event.ts';
import type { Agent } from './centre.ts';
import { type Random, randomOf } from './random.ts';
import { type Recorder, recorderOf } from './recorder.ts';
import { rosterOf, shiftStart } from './roster.ts';

const second = 1000;
const minute = 60 * second;

/** All status changes that belong to a shift date, ascending by time; one user's are at least a second apart. */
export function behaviourOf(seed: string, agent: Agent, shiftDate: string): AgentEvent[] {
  const random = randomOf(seed, 'behaviour', agent.id, shiftDate);
  const recorder = recorderOf(agent, random);
  const { activities } = rosterOf(seed, agent, shiftDate);
  const planned = activities[0]?.activityId;
  if (planned === undefined) {
    if (random.chance(0.06)) helpOut(recorder, random, shiftStart(seed, agent, shiftDate), 150);
  } else if (planned === 'vacation') {
    if (random.chance(0.1)) helpOut(recorder, random, activities[0]!.start, 20);
  } else if (planned !== 'sick' && !random.chance(0.012)) {
    live(recorder, random, agent, traitsOf(seed, agent), activities);
  }
  return recorder.events();
}

interface Traits {
  /** 0.4 (exemplary) to 2.2 (a case for coaching): scales how often plans are not kept. */
  readonly looseness: number;
}

function traitsOf(seed: string, agent: Agent): Traits {
  const random = randomOf(seed, 'traits', agent.id);
  return { looseness: 0.4 + 1.8 * random.next() };
}

/** Someone who is not scheduled takes calls for some minutes. */
function helpOut(recorder: Recorder, random: Random, start: Instant, minutes: number): void {
  const from = start + random.whole(0, 90) * minute;
  const to = from + random.whole(minutes - 5, minutes + 15) * minute;
  recorder.login(from);
  recorder.calls(from + second, to);
  recorder.logout(to);
}

interface Block {
  readonly activityId: string | 'away';
  readonly from: Instant;
  readonly to: Instant;
}

function live(
  recorder: Recorder,
  random: Random,
  agent: Agent,
  traits: Traits,
  activities: readonly ScheduledActivity[],
): void {
  const blocks = liveBlocks(random, traits, activities).flatMap((block) => disturbed(random, traits, block));
  // Who forgets to log out just walks away when the shift is over.
  const forgets = !agent.neverForgets && random.chance(0.015);
  const shiftEnd = activities.at(-1)!.end;
  for (const [index, block] of blocks.entries()) {
    const away = block.activityId === 'away' || (block.activityId === 'lunch' && agent.leavesForLunch);
    if (away) {
      recorder.logout(block.from);
      continue;
    }
    // Sometimes the login is lost and the first status has to speak for itself.
    if (!recorder.isOn() && (index > 0 || !random.chance(0.02))) recorder.login(block.from);
    record(recorder, random, forgets ? { ...block, to: Math.min(block.to, shiftEnd) } : block);
  }
  if (forgets) return;
  const end = blocks.at(-1)!.to;
  recorder.logout(end);
  // The platform closes a session that was closed already.
  if (random.chance(0.02)) recorder.logout(end + random.whole(15, 50) * minute);
}

/** The planned activities with the borders where they really were. */
function liveBlocks(random: Random, traits: Traits, activities: readonly ScheduledActivity[]): Block[] {
  const borders = [activities[0]!.start + arrival(random, traits) * second];
  for (const [index, activity] of activities.entries()) {
    const next = activities[index + 1];
    const shift = next ? borderShift(random, traits, activity, next) : departure(random);
    borders.push(Math.max(borders.at(-1)! + 2 * minute, activity.end + shift * second));
  }
  return activities.map(({ activityId }, index) => {
    const isMeeting = activityId === 'team-meeting' || activityId === 'training';
    const skipped = isMeeting && random.chance(0.15 * traits.looseness);
    return { activityId: skipped ? 'calls' : activityId, from: borders[index]!, to: borders[index + 1]! };
  });
}

/** Seconds after the planned start. */
function arrival(random: Random, { looseness }: Traits): number {
  if (random.chance(0.05 * looseness)) return random.whole(15 * 60, 45 * 60);
  if (random.chance(0.2 * looseness)) return random.whole(180, 900);
  return random.chance(0.4) ? random.whole(-180, -5) : random.whole(0, 150);
}

/** Seconds after the planned end. */
function departure(random: Random): number {
  if (random.chance(0.22)) return random.whole(600, 2400);
  return random.chance(0.1) ? random.whole(-1500, -300) : random.whole(-60, 240);
}

/** Seconds by which the border between two activities moves. */
function borderShift(
  random: Random,
  { looseness }: Traits,
  from: ScheduledActivity,
  to: ScheduledActivity,
): number {
  if (isBreak(from)) return random.chance(0.25 * looseness) ? random.whole(150, 900) : random.whole(-60, 80);
  if (from.activityId === 'team-meeting' || from.activityId === 'training') {
    return random.chance(0.3) ? random.whole(60, 420) : random.whole(-120, 50);
  }
  // A call in progress holds people up; now and then somebody goes early.
  if (isBreak(to)) return random.chance(0.1 * looseness) ? random.whole(-420, -90) : random.whole(-40, 170);
  return random.whole(-40, 120);
}

const isBreak = ({ activityId }: ScheduledActivity): boolean =>
  activityId === 'lunch' || activityId === 'short-break';

/** Unplanned breaks and crashed workstations cut a block of calls in two. */
function disturbed(random: Random, { looseness }: Traits, block: Block): Block[] {
  const roomMinutes = Math.floor((block.to - block.from) / minute);
  if (block.activityId !== 'calls' || roomMinutes < 40) return [block];
  const crash = random.chance(0.1 * looseness);
  if (!crash && !random.chance(0.5 * looseness)) return [block];
  const from = block.from + random.whole(8, roomMinutes - 22) * minute + random.whole(0, 59) * second;
  const to = from + (crash ? random.whole(180, 600) : random.whole(240, 840)) * second;
  return [
    { ...block, to: from },
    { activityId: crash ? 'away' : 'short-break', from, to },
    { ...block, from: to },
  ];
}

function record(recorder: Recorder, random: Random, { activityId, from, to }: Block): void {
  if (activityId === 'calls') recorder.calls(from, to);
  else if (activityId === 'chat') recorder.chats(from, to);
  else if (activityId === 'back-office') recorder.status(from, 'BACK_OFFICE', null);
  else if (activityId === 'team-meeting') recorder.status(from, 'MEETING', null);
  else if (activityId === 'training') recorder.status(from, 'BREAK', 'training');
  else if (activityId === 'lunch') recorder.status(from, 'BREAK', 'lunch');
  // One short break in seven does not say what kind of break it is.
  else recorder.status(from, 'BREAK', random.chance(0.14) ? null : 'short');
}
