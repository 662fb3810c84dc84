/** What is wrong with a break web service, in the language in force; a kind that is not known here in the server's words. */
import { type MessageKey, t } from '../../i18n/translate.ts';

const known: Readonly<Record<string, MessageKey>> = {
  'address-not-allowed': 'breakFault.address',
  dns: 'breakFault.dns',
  refused: 'breakFault.refused',
  unreachable: 'breakFault.unreachable',
  tls: 'breakFault.tls',
  timeout: 'breakFault.timeout',
  password: 'breakFault.password',
  'secrets-key': 'breakFault.secretsKey',
  redirect: 'breakFault.redirect',
  'not-found': 'breakFault.notFound',
  overloaded: 'breakFault.overloaded',
  'server-error': 'breakFault.serverError',
  unreadable: 'breakFault.unreadable',
  'unknown-agent': 'breakFault.unknownAgent',
};

export function breakFaultText(kind: string | null, message: string): string {
  const key = kind === null ? undefined : known[kind];
  return key ? t(key) : message;
}
