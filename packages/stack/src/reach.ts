import { connect } from 'node:net';
import { unreachableSentence } from './requirements.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Refuses in one sentence a server of the user's of which no address takes a connection. */
export async function reach(variable: string, value: string, addresses: readonly Address[]): Promise<void> {
  const answers = await Promise.all(addresses.map(connects));
  if (answers.includes(undefined)) return;
  throw new Error(unreachableSentence(variable, value, answers[0] ?? 'it names no address'));
}

/** `a:9092,b:9092` */
export const brokerAddresses = (brokers: string): Address[] =>
  brokers.split(',').map((broker) => {
    const colon = broker.lastIndexOf(':');
    const host = broker.slice(0, colon).trim();
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(broker.slice(colon + 1)) };
  });

export function urlAddress(text: string): Address {
  const url = new URL(text);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

const limitMs = 5_000;

/** Undefined when a connection was made, else the reason in a word. */
function connects({ host, port }: Address): Promise<string | undefined> {
  if (!(port > 0 && port < 65_536)) return Promise.resolve('no valid port');
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: limitMs });
    const end = (reason: string | undefined) => () => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', end(undefined));
    socket.once('timeout', end('no answer in 5 s'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message)());
  });
}
