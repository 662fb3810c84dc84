/**
 * The records that travel in Avro, as TypeScript types. The .avsc file of the same name in schemas/avro is the
 * contract; `records.test.ts` keeps the two together. Times are epoch milliseconds.
 */

/** odigo.notifications: one item of what Odigo posted. */
export interface RawNotification {
  tenantId: string;
  integrationId: string;
  externalUserId: string;
  receivedAt: number;
  requestId: string;
  itemIndex: number;
  /** When it was read again after it had been quarantined; absent or null = it was not. */
  replayedAt?: number | null;
  /** How `body` is written: one JSON value, or one urlencoded form. */
  format: 'json' | 'form';
  /** The original bytes of the item. */
  body: Buffer;
  /** Members of the envelope around it that hold for it too, as a JSON object; absent or null = there were none. */
  envelope?: string | null;
}

/** activity.events: a status fact after the join with the mapping tables as of its time. */
export interface ActivityEvent {
  tenantId: string;
  integrationId: string;
  externalUserId: string;
  eventType: string;
  status: string | null;
  breakType: string | null;
  occurredAt: number;
  sequence: number | null;
  dedupKey: string;
  contentHash: string;
  receivedAt: number;
  /** As in the raw notification. */
  replayedAt?: number | null;
  flags: string[];
  /** What Odigo sent besides: eventId, statusLabel, breakLabel, sessionId, channel, taskRef, gateId, instance, sentAt. */
  detail: Record<string, string>;
  /** The person the join gave at `configurationOffset`, null while unmapped. */
  personId: string | null;
  /** The activity the join gave, null while the status is unmapped or the event carries none. */
  activityId: string | null;
  configurationOffset: number;
  /** Coordinates of the raw record on odigo.notifications. */
  sourcePartition: number;
  sourceOffset: number;
}

/** activity.events: the break type that Odigo's web service told for a fact, keyed by the fact's identity. */
export interface BreakDetail {
  tenantId: string;
  integrationId: string;
  externalUserId: string;
  dedupKey: string;
  contentHash: string;
  /** Of the fact. */
  status: string;
  breakType: string;
  occurredAt: number;
  foundAt: number;
}

/** activity.events: least and greatest occurredAt per second of accepted notifications of one integration. */
export interface FeedMarks {
  tenantId: string;
  integrationId: string;
  marks: { second: number; least: number; greatest: number }[];
}

/** activity.events: a command to replace schedule documents of one person; judged by the person's owner. */
export interface ScheduleSet {
  tenantId: string;
  personId: string;
  commandId: string;
  /** Documents of one person are judged together, in their end state. */
  documents: {
    shiftDate: string;
    /** ETag that the writer saw; null = unconditional. */
    ifMatch: string | null;
    /** Document is removed rather than replaced. */
    remove: boolean;
    activities: { activityId: string; start: number; end: number }[];
  }[];
  configurationOffset: number;
  writtenBy: string;
  writtenAt: number;
}

/** activity.events: compute this person again over the range, from stored facts. */
export interface RecomputationAsked {
  tenantId: string;
  personId: string;
  from: number;
  to: number;
  reason: string;
  configurationOffset: number;
  /** Set when a person asked for it by POST /recomputations. */
  recomputationId: string | null;
}

/** rejected: a dead letter, with the original bytes. */
export interface RejectedNotification {
  tenantId: string;
  integrationId: string | null;
  stage: 'ingress' | 'enrichment' | 'adherence';
  reason: string;
  detail: string;
  receivedAt: number;
  requestId: string;
  itemIndex: number;
  format: 'json' | 'form' | 'unknown';
  body: Buffer;
  /** As in the raw notification. */
  envelope?: string | null;
  sourceTopic: string | null;
  sourcePartition: number | null;
  sourceOffset: number | null;
}

/** rejected: a dead letter was read again, on request. */
export interface RejectedReplayed {
  tenantId: string;
  /** Coordinates of the dead letter on this topic. */
  rejectedPartition: number;
  rejectedOffset: number;
  replayedAt: number;
  /** `token:ID` */
  replayedBy: string;
  /** Notifications that it gave and that went on their way. */
  items: number;
  /** Why nothing, or not all, of it could be read. */
  fault: string | null;
}

export interface RecordTypes {
  RawNotification: RawNotification;
  ActivityEvent: ActivityEvent;
  BreakDetail: BreakDetail;
  FeedMarks: FeedMarks;
  ScheduleSet: ScheduleSet;
  RecomputationAsked: RecomputationAsked;
  RejectedNotification: RejectedNotification;
  RejectedReplayed: RejectedReplayed;
}
export type RecordName = keyof RecordTypes;
export const recordNames: readonly RecordName[] = [
  'RawNotification',
  'ActivityEvent',
  'BreakDetail',
  'FeedMarks',
  'ScheduleSet',
  'RecomputationAsked',
  'RejectedNotification',
  'RejectedReplayed',
];

/** Registry subject of a record (RecordNameStrategy): a topic may carry several types. */
export const subjectOf = (name: RecordName): string => `adherence.${name}`;
