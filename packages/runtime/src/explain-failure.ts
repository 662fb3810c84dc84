/**
 * Why a server cannot be used, in sentences that an operator can act on: what is wrong and what to do. By the codes of
 * errors and of what caused them, never by their text.
 */
import { ConfigError } from './env-config.ts';
import { asError, OperationalError } from './errors.ts';

export type Server = 'Kafka' | 'the schema registry' | 'ClickHouse' | 'the service';

export interface Explanation {
  readonly problem: string;
  readonly remedy: string;
  /** It may pass while nobody changes a setting: worth waiting for. */
  readonly passes: boolean;
}

interface Settings {
  readonly address: string;
  readonly credentials: string;
  readonly authority: string;
}

const settingsOf: Readonly<Record<Server, Settings>> = {
  Kafka: {
    address: 'KAFKA_BROKERS',
    credentials: 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    authority: 'KAFKA_SSL_CA_FILE',
  },
  'the schema registry': {
    address: 'SCHEMA_REGISTRY_URL',
    credentials: 'SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD',
    authority: 'NODE_EXTRA_CA_CERTS',
  },
  ClickHouse: {
    address: 'CLICKHOUSE_URL',
    credentials: 'CLICKHOUSE_USERNAME and CLICKHOUSE_PASSWORD',
    authority: 'NODE_EXTRA_CA_CERTS',
  },
  'the service': { address: 'its address', credentials: 'its credentials', authority: 'NODE_EXTRA_CA_CERTS' },
};

export function explainFailure(server: Server, thrown: unknown): Explanation {
  const codes = codesOf(thrown);
  for (const [known, explain] of explanations) {
    if (codes.some((code) => known.includes(code))) return explain(server, settingsOf[server]);
  }
  const { address } = settingsOf[server];
  return {
    problem: `${server} cannot be used: ${rootMessage(thrown)}`,
    remedy: `See whether it runs and whether ${address} is right.`,
    passes: true,
  };
}

/** What `work` throws, explained: ConfigError where something has to be changed first, else OperationalError. */
export async function explained<T>(server: Server, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainedError(server, error);
  }
}

function explainedError(server: Server, thrown: unknown): Error {
  const error = asError(thrown);
  if (error instanceof ConfigError) return error;
  const { problem, remedy, passes } = explainFailure(server, error);
  const sentences = `${problem}. ${remedy}`;
  if (!passes) return new ConfigError([sentences], error);
  return error instanceof OperationalError ? new OperationalError(error.code, sentences, error) : error;
}

type Explain = (server: Server, settings: Settings) => Explanation;

const explanations: readonly (readonly [readonly string[], Explain])[] = [
  [
    ['CERT_HAS_EXPIRED'],
    (server) => ({
      problem: `the TLS certificate of ${server} has expired`,
      remedy:
        'Renew it there and have it loaded; nothing has to be changed here unless its authority changes.',
      passes: false,
    }),
  ],
  [
    ['CERT_NOT_YET_VALID'],
    (server) => ({
      problem: `the TLS certificate of ${server} is not valid yet`,
      remedy: 'Compare the clocks of both machines, or wait for the day from which it is valid.',
      passes: false,
    }),
  ],
  [
    ['ERR_TLS_CERT_ALTNAME_INVALID'],
    (server, { address }) => ({
      problem: `the TLS certificate of ${server} is for another name than the one it is reached by`,
      remedy: `Write into ${address} a name that is in the certificate, or have one issued for this name.`,
      passes: false,
    }),
  ],
  [
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    (server, { authority }) => ({
      problem: `the TLS certificate of ${server} is from an authority that is not trusted here`,
      remedy: `Put the PEM file of its authority into ${authority}.`,
      passes: false,
    }),
  ],
  [
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO'],
    (server, { address }) => ({
      problem: `${server} does not speak TLS at this address`,
      remedy: `Give the port with TLS in ${address}, or turn TLS off (KAFKA_SSL=false, http://).`,
      passes: false,
    }),
  ],
  [
    [
      'KafkaJSSASLAuthenticationError',
      'SASL_AUTHENTICATION_FAILED',
      'UNSUPPORTED_SASL_MECHANISM',
      ...['CLICKHOUSE_516', 'CLICKHOUSE_192', 'CLICKHOUSE_193', 'CLICKHOUSE_194'],
      ...['REGISTRY_401', 'REGISTRY_403'],
    ],
    (server, { credentials }) => ({
      problem: `${server} refuses the credentials`,
      remedy: `Correct ${credentials}; the user has to exist there with this password.`,
      passes: false,
    }),
  ],
  [
    ['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', '497'],
    (server, { credentials }) => ({
      problem: `${server} does not let this user do what is needed`,
      remedy: `Grant it to the user that ${credentials} name.`,
      passes: false,
    }),
  ],
  [
    ['81'],
    () => ({
      problem: 'the database of ClickHouse does not exist',
      remedy: 'Create it (CREATE DATABASE), or correct CLICKHOUSE_DATABASE.',
      passes: false,
    }),
  ],
  [
    ['REGISTRY_404'],
    () => ({
      problem: 'there is no Confluent-compatible API at this address of the schema registry',
      remedy: 'Give its whole path in SCHEMA_REGISTRY_URL; for Apicurio it ends with /apis/ccompat/v7.',
      passes: false,
    }),
  ],
  [
    ['ENOTFOUND', 'EAI_AGAIN'],
    (server, { address }) => ({
      problem: `the name of ${server} cannot be resolved`,
      remedy: `Correct the name in ${address}, or see why DNS does not know it.`,
      passes: true,
    }),
  ],
  [
    ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'KafkaJSConnectionClosedError'],
    (server, { address }) => ({
      problem: `nothing answers as ${server} at the address given`,
      remedy: `Start it, correct ${address}, or let this process through to it (network policy, firewall); a port with TLS needs TLS here.`,
      passes: true,
    }),
  ],
  [
    ['ETIMEDOUT', 'DEADLINE', 'UND_ERR_CONNECT_TIMEOUT', 'TimeoutError', 'KafkaJSConnectionError'],
    (server, { address }) => ({
      problem: `${server} does not answer in time`,
      remedy: `See whether it is overloaded, whether ${address} is right, and whether a firewall drops what is sent.`,
      passes: true,
    }),
  ],
];

/** Codes, types and names along the causes. */
function codesOf(thrown: unknown): string[] {
  const codes: string[] = [];
  const visit = (error: unknown, depth: number): void => {
    if (!(error instanceof Error) || depth > 10) return;
    const { code, type } = error as { code?: unknown; type?: unknown };
    for (const value of [code, type, error.name]) if (typeof value === 'string') codes.push(value);
    visit(error.cause, depth + 1);
    if (error instanceof AggregateError) for (const each of error.errors) visit(each, depth + 1);
  };
  visit(thrown, 0);
  return codes;
}

function rootMessage(thrown: unknown): string {
  let root = asError(thrown);
  while (root.cause instanceof Error && root.cause !== root) root = root.cause;
  return root.message;
}
