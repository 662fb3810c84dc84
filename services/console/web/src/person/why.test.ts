import { beforeAll, describe, expect, it } from 'vitest';
import type { ExplainedTimeline, Explanation } from '../api/explanation.ts';
import { personEn } from '../i18n/person/person-en.ts';
import { personFr } from '../i18n/person/person-fr.ts';
import { addMessages } from '../i18n/translate.ts';
import type { DayRow } from './day-rows.ts';
import { explanationsOf, sentencesOf } from './why.ts';

beforeAll(() => addMessages({ en: personEn, fr: personFr }));

const at = (time: string) => `2026-11-18T${time}.000Z`;
const row: DayRow = {
  from: Date.parse(at('09:00:00')),
  to: Date.parse(at('09:05:00')),
  scheduledActivityId: 'calls',
  actual: {
    kind: 'activity',
    activityId: 'lunch',
    externalStatus: 'BREAK',
    breakType: 'lunch',
    estimated: false,
  },
  statuses: ['BREAK / lunch'],
  state: 'WRONG_ACTIVITY',
  inBuffer: false,
  countedAs: 'out',
};
const notification = {
  occurredAt: at('08:59:30'),
  receivedAt: at('08:59:31'),
  eventType: 'STATUS',
  status: 'BREAK',
  breakType: 'lunch',
  breakTypeFoundAt: null,
  flags: [],
};
const why: Explanation = {
  from: at('09:00:00'),
  to: at('09:05:00'),
  cause: 'notification',
  externalUser: { integrationId: 'odigo', externalUserId: 'anna@x' },
  notification,
  latest: { ...notification, occurredAt: at('09:04:00') },
  repeats: 2,
  mapping: { rule: 'own', version: null },
  missingLogout: null,
  feedGaps: [],
  match: { by: 'none', rule: null, version: null },
  schedule: {
    shiftDate: '2026-11-18',
    writtenBy: 'token:1',
    writtenByName: 'planner',
    writtenAt: at('07:00:00'),
  },
  exceptions: [],
  grace: {
    mode: 'forgive',
    episodeFrom: at('09:00:00'),
    episodeTo: at('09:05:00'),
    bufferEndsAt: at('09:02:00'),
    inBufferCountsAs: 'in',
    afterBufferCountsAs: 'out',
  },
  closedPeriodId: null,
};

describe('why a segment counts as it does', () => {
  it('is told from what Odigo said to how it counts', () => {
    expect(sentencesOf(why, row, 'UTC')).toEqual([
      'Odigo said BREAK / lunch at 08:59:30 of anna@x (odigo); it was received at 08:59:31. It was repeated 2 times, the last time at 09:04:00.',
      'This status is mapped to lunch.',
      'Scheduled was calls, by the shift of 2026-11-18 that planner wrote on 18 Nov, 07:00:00.',
      'No rule says that this satisfies what was scheduled.',
      'This began at 09:00:00, with a buffer until 09:02:00: up to then it counts as in, after that as out.',
      'So it counts as out of adherence.',
    ]);
  });

  it('names exceptions, closed periods, silences and a missing logout', () => {
    const gap = {
      ...why,
      cause: 'feedGap',
      feedGaps: [{ integrationId: 'odigo', from: at('08:00:00'), to: at('09:30:00') }],
      mapping: null,
      match: null,
      grace: null,
      exceptions: [
        {
          from: at('08:00:00'),
          to: at('10:00:00'),
          reason: 'Outage',
          writtenBy: 'lead',
          writtenByName: null,
        },
      ],
      closedPeriodId: 'november',
    } as const;
    const said = sentencesOf(gap, { ...row, countedAs: 'excluded' }, 'UTC').join('\n');
    expect(said).toContain('The feed odigo was silent from 08:00:00 to 09:30:00');
    expect(said).toContain('The exception “Outage” of lead, 08:00:00 to 10:00:00');
    expect(said).toContain('closed period november');
    const ended = {
      ...why,
      cause: 'missingLogout',
      missingLogout: {
        limit: 'afterShiftEnd',
        endedAt: at('17:00:00'),
        afterShiftEndSeconds: 3600,
        maxStatusSeconds: 43_200,
      },
    } as const;
    expect(sentencesOf(ended, row, 'UTC')[0]).toContain('at the end of the shift, 17:00:00');
  });

  it('is that of the parts which lie in the row', () => {
    const part = (from: string, to: string): Explanation => ({ ...why, from: at(from), to: at(to) });
    const timeline = {
      asOf: null,
      segments: [
        { from: at('08:00:00'), to: at('09:00:00'), why: [part('08:00:00', '09:00:00')] },
        {
          from: at('09:00:00'),
          to: at('09:10:00'),
          why: [part('09:00:00', '09:04:00'), part('09:04:00', '09:10:00')],
        },
      ],
    } as unknown as ExplainedTimeline;
    expect(explanationsOf(timeline, row).map(({ from }) => from)).toEqual([at('09:00:00'), at('09:04:00')]);
  });
});
