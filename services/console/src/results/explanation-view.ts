/** Explanations as the API shows them: joined where they say the same, each with its sources. */
import { causes, type Explanation } from '@adherence/domain/explain.ts';
import { graceModes, type Instant, type LineFact } from '@adherence/domain/model.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { StoredSchedule } from '@adherence/store/load.ts';
import type { SourcedFact } from '@adherence/store/load-lines.ts';
import { z } from 'zod';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';

const versionView = z
  .object({
    validFrom: instantView.nullable(),
    writtenBy: z.string(),
    writtenByName: z.string().nullable(),
    writtenAt: instantView,
    offset: z.int(),
  })
  .meta({ description: 'validFrom null = always; offset: of the command on the configuration log' });
const countedView = z.enum(['in', 'out', 'noData', 'excluded']).nullable();

const notificationView = z.object({
  occurredAt: instantView,
  receivedAt: instantView,
  eventType: z.string(),
  status: z.string().nullable(),
  breakType: z.string().nullable(),
  /** Set when the break type is not of the notification but was found in the web service. */
  breakTypeFoundAt: instantView.nullable(),
  sequence: z.int().nullable(),
  eventId: z.string().nullable(),
  flags: z.array(z.string()),
  detail: z.record(z.string(), z.string()),
  dedupKey: z.string(),
  contentHash: z.string(),
  source: z.object({ topic: z.string(), partition: z.int(), offset: z.int() }),
});

export const explanationView = z.object({
  from: instantView,
  to: instantView,
  cause: z.enum(causes),
  externalUser: z.object({ integrationId: z.string(), externalUserId: z.string() }).nullable(),
  notification: notificationView.nullable().meta({ description: 'That reported what holds' }),
  latest: notificationView
    .nullable()
    .meta({ description: 'The last repeat or heartbeat that went on with it' }),
  repeats: z.int().meta({ description: 'Repeats and heartbeats in this time, the latest included' }),
  mapping: z
    .object({ rule: z.enum(['own', 'fallback', 'unmapped', 'login']), version: versionView.nullable() })
    .nullable(),
  missingLogout: z
    .object({
      limit: z.enum(['afterShiftEnd', 'maxStatus']),
      endedAt: instantView,
      afterShiftEndSeconds: z.int(),
      maxStatusSeconds: z.int(),
      settings: versionView.nullable(),
    })
    .nullable(),
  feedGaps: z.array(z.object({ integrationId: z.string(), from: instantView, to: instantView })),
  match: z
    .object({
      by: z.enum(['sameActivity', 'rule', 'none']),
      rule: z.object({ actual: z.string(), scheduled: z.string() }).nullable(),
      version: versionView.nullable(),
    })
    .nullable(),
  schedule: z
    .object({
      shiftDate: z.string(),
      offset: z.int().meta({ description: 'Of the command on activity.events; the ETag of the document' }),
      commandId: z.string(),
      writtenBy: z.string(),
      writtenByName: z.string().nullable(),
      writtenAt: instantView,
    })
    .nullable(),
  exceptions: z.array(
    z.object({
      id: z.string().nullable(),
      from: instantView,
      to: instantView,
      reason: z.string(),
      writtenBy: z.string(),
      writtenByName: z.string().nullable(),
      writtenAt: instantView,
    }),
  ),
  grace: z
    .object({
      mode: z.enum(graceModes),
      episodeFrom: instantView,
      episodeTo: instantView.meta({ description: 'Its end, or that of what is computed of it' }),
      bufferEndsAt: instantView,
      inBufferCountsAs: countedView,
      afterBufferCountsAs: countedView,
      settings: versionView.nullable(),
    })
    .nullable(),
  closedPeriodId: z.string().nullable(),
});
export type ExplanationView = z.output<typeof explanationView>;

/** What explains a segment: the parts of `explanations`, which ascend, that lie in it. */
export function explanationsIn(
  parts: readonly ExplainedPart[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): ExplanationView[] {
  const joined: { view: ExplanationView; key: string; latest: LineFact | null }[] = [];
  for (const part of parts) {
    if (part.to <= from || part.from >= to) continue;
    const last = joined.at(-1);
    if (last?.key !== part.key) {
      const view = {
        ...part.view,
        from: isoText(Math.max(part.from, from)),
        to: isoText(Math.min(part.to, to)),
      };
      joined.push({ view, key: part.key, latest: part.latest });
      continue;
    }
    const isNew = part.latest !== null && part.latest !== last.latest;
    last.view = {
      ...last.view,
      to: isoText(Math.min(part.to, to)),
      latest: part.view.latest ?? last.view.latest,
      repeats: last.view.repeats + (isNew ? 1 : 0),
    };
    last.latest = part.latest ?? last.latest;
  }
  return joined.map(({ view }) => view);
}

/** Whose token wrote; null where it is gone, and for what no token did. */
type NameOf = (writtenBy: string) => string | null;

export interface ExplainedPart {
  readonly from: Instant;
  readonly to: Instant;
  readonly view: ExplanationView;
  /** Says all but the time and the repeats. */
  readonly key: string;
  readonly latest: LineFact | null;
}

export function explainedPart(
  explanation: Explanation,
  schedules: ReadonlyMap<string, StoredSchedule>,
  closedPeriodId: string | null,
  nameOf: NameOf,
): ExplainedPart {
  const { from, to, latest } = explanation;
  const view = viewOf(explanation, schedules, closedPeriodId, nameOf);
  const key = JSON.stringify({ ...view, from: '', to: '', latest: null, repeats: 0 });
  return { from, to, view, key, latest };
}

function viewOf(
  { match, grace, missingLogout, mapping, ...explanation }: Explanation,
  schedules: ReadonlyMap<string, StoredSchedule>,
  closedPeriodId: string | null,
  nameOf: NameOf,
): ExplanationView {
  const { notification, latest, shiftDate } = explanation;
  return {
    from: isoText(explanation.from),
    to: isoText(explanation.to),
    cause: explanation.cause,
    externalUser: explanation.externalUser,
    notification: notificationOf(notification),
    latest: notificationOf(latest),
    repeats: latest ? 1 : 0,
    mapping: mapping && { rule: mapping.rule, version: versionOf(mapping.version, nameOf) },
    missingLogout: missingLogout && {
      limit: missingLogout.limit,
      endedAt: isoText(missingLogout.endedAt),
      ...missingLogout.policy,
      settings: versionOf(missingLogout.version, nameOf),
    },
    feedGaps: explanation.feedGaps.map((gap) => ({ ...gap, from: isoText(gap.from), to: isoText(gap.to) })),
    match: match && {
      by: match.by === null ? 'none' : match.by === 'same activity' ? 'sameActivity' : 'rule',
      rule: typeof match.by === 'object' ? match.by : null,
      version: versionOf(match.version, nameOf),
    },
    schedule: shiftDate === null ? null : scheduleOf(shiftDate, schedules.get(shiftDate)!, nameOf),
    exceptions: explanation.exceptions.map(({ id, stored: { document, writtenBy, writtenAt } }) => ({
      id: id === '' ? null : id,
      from: isoText(document.from),
      to: isoText(document.to),
      reason: document.reason,
      writtenBy,
      writtenByName: nameOf(writtenBy),
      writtenAt: isoText(writtenAt),
    })),
    grace: grace && {
      mode: grace.mode,
      episodeFrom: isoText(grace.since),
      episodeTo: isoText(grace.until),
      bufferEndsAt: isoText(grace.bufferEndsAt),
      inBufferCountsAs: grace.inBufferCountsAs,
      afterBufferCountsAs: grace.afterBufferCountsAs,
      settings: versionOf(grace.version, nameOf),
    },
    closedPeriodId,
  };
}

/** Facts that are read to explain come with their sources. */
function notificationOf(fact: LineFact | null): ExplanationView['notification'] {
  if (!fact) return null;
  const {
    occurredAt,
    receivedAt,
    breakTypeFoundAt = null,
    sourcePartition,
    sourceOffset,
    ...told
  } = fact as SourcedFact;
  return {
    occurredAt: isoText(occurredAt),
    receivedAt: isoText(receivedAt),
    eventType: told.eventType,
    status: told.status,
    breakType: told.breakType,
    breakTypeFoundAt: isoOrNull(breakTypeFoundAt),
    sequence: told.sequence,
    eventId: told.detail.eventId ?? null,
    flags: [...told.flags],
    detail: { ...told.detail },
    dedupKey: told.dedupKey,
    contentHash: told.contentHash,
    source: { topic: topics.notifications.name, partition: sourcePartition, offset: sourceOffset },
  };
}

const versionOf = (
  version: { validFrom: Instant | null; writtenBy: string; writtenAt: Instant; offset: number } | null,
  nameOf: NameOf,
) =>
  version && {
    validFrom: isoOrNull(version.validFrom),
    writtenBy: version.writtenBy,
    writtenByName: nameOf(version.writtenBy),
    writtenAt: isoText(version.writtenAt),
    offset: version.offset,
  };

const scheduleOf = (shiftDate: string, { offset, written }: StoredSchedule, nameOf: NameOf) => ({
  shiftDate,
  offset,
  commandId: written!.commandId,
  writtenBy: written!.by,
  writtenByName: nameOf(written!.by),
  writtenAt: isoText(written!.at),
});
