/** Faults as the API tells them -> sentences of the language in force. What is not known here is repeated as it is. */
import { type MessageKey, t } from '../../i18n/translate.ts';

export function faultText(message: string): string {
  for (const [pattern, key] of known) {
    const match = pattern.exec(message);
    if (match) return t(key, { a: match[1] ?? '', b: match[2] ?? '' });
  }
  return message.charAt(0).toUpperCase() + message.slice(1);
}

const known: readonly (readonly [RegExp, MessageKey])[] = [
  [/^must not be empty$/, 'fault.empty'],
  [/^Invalid input: expected \w+, received (?:undefined|null|NaN)$/, 'fault.empty'],
  [/^must have at most (\d+) characters$/, 'fault.tooLong'],
  [/^Too big: expected (?:number|int) to be <=?(-?[\d.]+)$/, 'fault.tooBig'],
  [/^must be at most (\d+)/, 'fault.tooBig'],
  [/^Too small: expected (?:number|int) to be >=?(-?[\d.]+)$/, 'fault.tooSmall'],
  [/^Invalid input: expected int/, 'fault.int'],
  [/^must be an e-mail address$/, 'fault.email'],
  [/^must be a URL$/, 'fault.url'],
  [/^must begin with https/, 'fault.https'],
  [/^must be after (?:from|validFrom)$/, 'fault.after'],
  [/^must be the name of an IANA time zone$/, 'fault.zone'],
  [/^must be 1 to 64 letters/, 'fault.id'],
  [/^must be HH:MM$/, 'fault.clock'],
  [/^must be a time of ISO 8601/, 'fault.instant'],
  [/^must not contain control characters$/, 'fault.control'],
  [/^must name personIds, teams or everyone$/, 'fault.nobody'],
  [/^is needed for a new address$/, 'fault.password'],
  [/^is taken$/, 'fault.taken'],
];
