/** The TypeScript types and the .avsc files say the same: each sample has the type, and nothing but what it allows. */
import { readdirSync, readFileSync } from 'node:fs';
import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { type RecordName, type RecordTypes, recordNames, subjectOf } from './records.ts';

const directory = new URL('../avro/', import.meta.url);
const schemaOf = (name: RecordName) =>
  JSON.parse(readFileSync(new URL(`${name}.avsc`, directory), 'utf8')) as {
    name: string;
    namespace: string;
    fields: { name: string }[];
  };

/** Every field filled, so that a field added on one side only is found. */
const full: RecordTypes = {
  RawNotification: {
    tenantId: 't',
    integrationId: 'i',
    externalUserId: 'u',
    receivedAt: 1,
    replayedAt: 2,
    requestId: 'r',
    itemIndex: 0,
    format: 'form',
    body: Buffer.from('a=1'),
    envelope: '{}',
  },
  ActivityEvent: {
    tenantId: 't',
    integrationId: 'i',
    externalUserId: 'u',
    eventType: 'STATUS',
    status: 's',
    breakType: 'b',
    occurredAt: 1,
    sequence: 2,
    dedupKey: 'd',
    contentHash: 'c',
    receivedAt: 3,
    replayedAt: 4,
    flags: ['snapshot'],
    detail: { channel: 'voice' },
    personId: 'p',
    activityId: 'a',
    configurationOffset: 4,
    sourcePartition: 5,
    sourceOffset: 6,
  },
  BreakDetail: {
    tenantId: 't',
    integrationId: 'i',
    externalUserId: 'u',
    dedupKey: 'd',
    contentHash: 'c',
    status: 's',
    breakType: 'b',
    occurredAt: 1,
    foundAt: 2,
  },
  FeedMarks: { tenantId: 't', integrationId: 'i', marks: [{ second: 1, least: 1_000, greatest: 1_999 }] },
  ScheduleSet: {
    tenantId: 't',
    personId: 'p',
    commandId: 'c',
    documents: [
      {
        shiftDate: '2026-01-05',
        ifMatch: 'e',
        remove: false,
        activities: [{ activityId: 'a', start: 1, end: 2 }],
      },
    ],
    configurationOffset: 1,
    writtenBy: 'token:x',
    writtenAt: 2,
  },
  RecomputationAsked: {
    tenantId: 't',
    personId: 'p',
    from: 1,
    to: 2,
    reason: 'r',
    configurationOffset: 3,
    recomputationId: 'x',
  },
  RejectedNotification: {
    tenantId: 't',
    integrationId: 'i',
    stage: 'ingress',
    reason: 'r',
    detail: 'd',
    receivedAt: 1,
    requestId: 'q',
    itemIndex: 2,
    format: 'unknown',
    body: Buffer.from('x'),
    envelope: '{}',
    sourceTopic: 's',
    sourcePartition: 3,
    sourceOffset: 4,
  },
  RejectedReplayed: {
    tenantId: 't',
    rejectedPartition: 1,
    rejectedOffset: 2,
    replayedAt: 3,
    replayedBy: 'token:x',
    items: 4,
    fault: 'f',
  },
};

/** Fields that may be null, as the types say. */
const nullable: { readonly [K in RecordName]: readonly (keyof RecordTypes[K])[] } = {
  RawNotification: ['replayedAt', 'envelope'],
  ActivityEvent: ['status', 'breakType', 'sequence', 'replayedAt', 'personId', 'activityId'],
  BreakDetail: [],
  FeedMarks: [],
  ScheduleSet: [],
  RecomputationAsked: ['recomputationId'],
  RejectedNotification: ['integrationId', 'envelope', 'sourceTopic', 'sourcePartition', 'sourceOffset'],
  RejectedReplayed: ['fault'],
};

test('there is one schema file for each record, and no other', () => {
  expect(readdirSync(directory).sort()).toEqual(recordNames.map((name) => `${name}.avsc`).sort());
});

describe.each(recordNames)('%s', (name) => {
  const schema = schemaOf(name);
  const type = avsc.Type.forSchema(schema as avsc.Schema);

  test('is named after its file and its subject', () => {
    expect(`${schema.namespace}.${schema.name}`).toBe(subjectOf(name));
  });

  test('has the fields of its type, and no others', () => {
    expect(schema.fields.map((field) => field.name).sort()).toEqual(Object.keys(full[name]).sort());
    const errors: string[] = [];
    const errorHook = (path: string[]) => errors.push(path.join('.'));
    expect(type.isValid(full[name], { noUndeclaredFields: true, errorHook }), errors.join()).toBe(true);
    expect(type.fromBuffer(type.toBuffer(full[name]))).toEqual(full[name]);
  });

  test('null is allowed where the type allows it, and nowhere else', () => {
    for (const field of Object.keys(full[name])) {
      const allowed = (nullable[name] as readonly string[]).includes(field);
      expect(type.isValid({ ...full[name], [field]: null }), field).toBe(allowed);
    }
  });
});
