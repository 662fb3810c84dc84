/** What can be wrong with a break web service, as a kind for code and a sentence for people. Names no credential. */
export interface BreakFault {
  readonly kind: BreakFaultKind;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
}

export const breakFaultKinds = [
  'address-not-allowed',
  'dns',
  'refused',
  'unreachable',
  'tls',
  'timeout',
  'password',
  'secrets-key',
  'redirect',
  'not-found',
  'overloaded',
  'server-error',
  'unreadable',
] as const;
export type BreakFaultKind = (typeof breakFaultKinds)[number];

export const breakFault = (kind: BreakFaultKind, status: number | null = null): BreakFault => ({
  kind,
  status,
});

/** One or two sentences that say what is wrong and what to do about it. */
export function faultSentence({ kind, status }: BreakFault): string {
  switch (kind) {
    case 'address-not-allowed':
      return 'The host has a private, local or reserved address. The operator can allow it with BREAK_DETAIL_ALLOWED_NETWORKS.';
    case 'dns':
      return 'The name of the host cannot be resolved. Check the spelling of the URL.';
    case 'refused':
      return 'The host refuses the connection. Check the port, and whether the web service runs.';
    case 'unreachable':
      return 'The connection to the host cannot be made, or breaks off. Check firewalls between here and there.';
    case 'tls':
      return 'The TLS connection cannot be trusted or made: the certificate is expired, self-signed or of another name, or the port does not speak TLS.';
    case 'timeout':
      return 'The web service does not answer in time.';
    case 'password':
      return `The web service refuses the user name or the password${statusText(status)}.`;
    case 'secrets-key':
      return 'The stored password cannot be opened: enrichment needs the SECRETS_KEY that the console has. Enter the password again if the key was changed.';
    case 'redirect':
      return `The web service answers with a redirect${statusText(status)}, which is not followed. Enter the URL that it leads to.`;
    case 'not-found':
      return `There is no such web service at this URL${statusText(status)}. Check its path, which includes the Odigo tenant id.`;
    case 'overloaded':
      return `The web service takes no more requests for now${statusText(status)}.`;
    case 'server-error':
      return `The web service answers with an error${statusText(status)}.`;
    case 'unreadable':
      return `The answer of the web service cannot be read${statusText(status)}. Check that the URL is that of the web service.`;
  }
}

const statusText = (status: number | null): string => (status === null ? '' : ` (HTTP ${status})`);

/** The fault of a request that got no answer, by the code of its error. */
export function faultOfError(thrown: unknown): BreakFault {
  const code = codeOf(thrown);
  if (code === addressNotAllowedCode) return breakFault('address-not-allowed');
  if (dnsCodes.has(code)) return breakFault('dns');
  if (code === 'ECONNREFUSED') return breakFault('refused');
  if (timeoutCodes.has(code)) return breakFault('timeout');
  if (tlsCode.test(code)) return breakFault('tls');
  return code.startsWith('HPE_') ? breakFault('unreadable') : breakFault('unreachable');
}

export const addressNotAllowedCode = 'ADDRESS_NOT_ALLOWED';

const dnsCodes: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ENODATA',
]);
const timeoutCodes: ReadonlySet<string> = new Set(['ETIMEDOUT', 'ABORT_ERR', 'TimeoutError']);
/** Node's own, OpenSSL's verification results, and a peer that does not speak TLS. */
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;

/** Several addresses tried in vain are one error around many, of which the first one tells. */
function codeOf(thrown: unknown): string {
  const error = thrown as { code?: unknown; name?: unknown; errors?: unknown; cause?: unknown };
  if (typeof error?.code === 'string') return error.code;
  if (Array.isArray(error?.errors) && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error?.cause !== undefined) return codeOf(error.cause);
  return typeof error?.name === 'string' ? error.name : '';
}
