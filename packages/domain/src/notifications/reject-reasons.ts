/**
 * Why a notification is quarantined: a closed list, shown to administrators and counted in metrics. What a sender
 * got wrong is listed here; a failure of ours never ends as one of these (delivery.md).
 */
export const rejectReasons = {
  'body-empty': 'The request had no body.',
  'body-unparseable': 'The body is neither JSON, NDJSON nor a form.',
  'body-encoding': 'The body could not be decompressed.',
  'item-malformed': 'The item is not well-formed JSON or form data.',
  'item-not-object': 'The item is not a JSON object.',
  'item-too-large': 'The item is greater than 900,000 bytes.',
  'item-too-deep': 'The item is nested more deeply than 64 levels.',
  'agent-missing': 'The item does not say which agent it is about.',
  'status-missing': 'The item carries no status and is no LOGIN, LOGOUT or HEARTBEAT.',
  'value-too-long': 'A key field of the item is longer than 256 characters.',
  'record-undecodable': 'The stored record could not be decoded.',
} as const;

export type RejectReason = keyof typeof rejectReasons;
