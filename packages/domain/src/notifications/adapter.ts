/**
 * The spellings we accept, as one table: the file to extend for a platform that spells things in its own way.
 * No public specification of the payload exists; this list is an assumption (odigo-notifications.md).
 *
 * Spelling is compared without regard to case, `_`, `-`, `.` and blanks: `agent_id`, `AgentID` and `agentId` are
 * one. Of several spellings in one item the first in the list with a usable value holds. `a.b` is field b of object a.
 */
import type { EventType } from '../model.ts';

export const adapter = {
  fields: {
    agentId: [
      'agentId',
      'login',
      'agentLogin',
      'userLogin',
      'userId',
      'agent_id',
      'username',
      'user.login',
      'user.id',
      'user.userId',
      'user.username',
      'agent.login',
      'agent.id',
      'agent.agentId',
      'agent.username',
      'loginName',
      'user',
      'agent',
    ],
    eventType: ['eventType', 'event_type', 'notificationType', 'type', 'event'],
    status: [
      'status',
      'state',
      'agentStatus',
      'agentState',
      'statusCode',
      'stateCode',
      'currentState',
      'code',
    ],
    statusLabel: [
      'statusLabel',
      'stateLabel',
      'agentStatusLabel',
      'agentStateLabel',
      'statusName',
      'stateName',
    ],
    breakType: [
      'breakType',
      'pauseType',
      'breakId',
      'reason',
      'reasonCode',
      'pauseId',
      'breakCode',
      'pauseCode',
      'breakReason',
      'pauseReason',
    ],
    breakLabel: ['breakLabel', 'pauseLabel', 'reasonLabel', 'breakTypeLabel', 'pauseTypeLabel'],
    eventId: ['eventId', 'id', 'uid', 'notificationId', 'event_id', 'uuid', 'guid', 'messageId'],
    sequence: ['sequence', 'version', 'seq', 'sequenceNumber', 'seqNo'],
    time: [
      'occurredAt',
      'timestamp',
      'date',
      'startTime',
      'stateStart',
      'date_time',
      'eventTime',
      'eventDate',
      'stateStartTime',
      'statusStart',
      'statusTime',
      'startDate',
      'time',
    ],
    sentAt: ['sentAt', 'sendTime', 'sentTime'],
    sessionId: ['sessionId', 'session'],
    channel: ['channel', 'media', 'channelType', 'mediaType'],
    taskRef: ['taskRef', 'task', 'taskId', 'interactionId', 'callRef', 'callId'],
    gateId: ['gateId', 'gate', 'queueId', 'queue'],
    instance: ['instance', 'instanceId', 'instanceName'],
  },
  /** Names of event types, compared in the same way; whatever is not listed is a STATUS with a flag. */
  eventTypes: {
    STATUS: ['STATUS'],
    LOGIN: ['LOGIN', 'LOGON'],
    LOGOUT: ['LOGOUT', 'LOGOFF'],
    HEARTBEAT: ['HEARTBEAT', 'KEEPALIVE'],
    SNAPSHOT: ['SNAPSHOT'],
  },
  /** Members of an envelope that hold the array of items. */
  envelopes: ['events', 'notifications', 'data', 'records', 'agents'],
  /** Times of an envelope that hold for its entries. Not those of a window or a day, nor of sending (decision 0014). */
  envelopeTimes: ['occurredAt', 'timestamp', 'eventTime'],
  /** Members of `{id, label}` values: the key, and the words shown for it. */
  keyedValue: { key: ['id', 'code', 'key', 'value'], label: ['label', 'name', 'text', 'description'] },
} as const satisfies Adapter;

export type FieldName = keyof typeof adapter.fields;

interface Adapter {
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly eventTypes: Readonly<Record<EventType | 'SNAPSHOT', readonly string[]>>;
  readonly envelopes: readonly string[];
  readonly envelopeTimes: readonly string[];
  readonly keyedValue: { readonly key: readonly string[]; readonly label: readonly string[] };
}

/** The form in which spellings are compared. */
export const canonical = (spelling: string): string => spelling.toLowerCase().replace(/[\s_.[\]-]+/g, '');
