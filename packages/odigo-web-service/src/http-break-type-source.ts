/**
 * Break types over HTTP with JSON: `GET {url}/agents/{externalUserId}/status` with Basic credentials. https to the
 * configured host only (http where the configuration allows it: the same machine), no redirect, no proxy, an address
 * that the policy allows. Nothing here is logged, and no error carries the URL or the credentials.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type AddressPolicy, guardedLookup, isAllowedHost, type Resolve } from './allowed-address.ts';
import { type BreakFault, breakFault, faultOfError } from './break-fault.ts';
import type { BreakAnswer, BreakQuestion, BreakTypeSource } from './break-type-source.ts';
import { readBreakAnswer } from './read-break-answer.ts';

export interface HttpBreakTypeSourceOptions {
  /** With the path that includes the Odigo tenant id. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly allowed: AddressPolicy;
  /** From the question to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Connections at once; further questions wait for one. */
  readonly connections: number;
  /** For tests: resolves names. */
  readonly resolve?: Resolve;
}

export function httpBreakTypeSource(options: HttpBreakTypeSourceOptions): BreakTypeSource {
  const { url, username, password, allowed, timeoutMs, connections, resolve } = options;
  const base = new URL(url);
  const isTls = base.protocol === 'https:';
  const keepAlive = { keepAlive: true, maxSockets: connections, timeout: idleConnectionMs };
  const agent = isTls ? new HttpsAgent(keepAlive) : new HttpAgent(keepAlive);
  const lookup = guardedLookup(allowed, resolve);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const closed = new AbortController();
  /** Something of this web service was there once: what is not found since then is an agent, not the path. */
  let everFound = false;

  const get = (target: URL, signal: AbortSignal): Promise<Answered> =>
    new Promise((resolveAnswer, reject) => {
      const headers = { accept: 'application/json', 'accept-encoding': 'identity', authorization };
      const send = isTls ? httpsRequest : httpRequest;
      const request = send(target, { agent, lookup, signal, headers }, (response) => {
        readText(response).then(resolveAnswer, reject);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server had closed the connection while it was idle, which we learn by using it.
        if (request.reusedSocket && error.code === 'ECONNRESET')
          get(target, signal).then(resolveAnswer, reject);
        else reject(error);
      });
      request.end();
    });

  return {
    async lookUp(question) {
      if (!isAllowedHost(base.hostname, allowed)) return failed(breakFault('address-not-allowed'));
      if (!isPathSegment(question.externalUserId)) return { kind: 'unknown-agent' };
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const answered = await get(targetOf(base, question), AbortSignal.any([closed.signal, timeout]));
        const answer = answerOf(answered, question);
        everFound ||= answer.kind !== 'failed';
        return everFound && answered.status === 404 ? { kind: 'unknown-agent' } : answer;
      } catch (error) {
        return failed(timeout.aborted ? breakFault('timeout') : faultOfError(error));
      }
    },
    close() {
      closed.abort();
      agent.destroy();
    },
  };
}

/** Connections that nobody used for so long are closed. */
const idleConnectionMs = 60_000;
/** An answer is a few hundred bytes; what is larger is something else. */
const maxAnswerBytes = 64 * 1024;

interface Answered {
  readonly status: number;
  /** null when it is too large or packed, so that it cannot be read. */
  readonly text: string | null;
}

/** Others cannot be asked for: `.` and `..` name another path even when escaped, half a character names nothing. */
const isPathSegment = (id: string): boolean => id !== '' && id !== '.' && id !== '..' && id.isWellFormed();

function targetOf(base: URL, { externalUserId }: BreakQuestion): URL {
  const target = new URL(base);
  target.pathname = `${base.pathname.replace(/\/+$/, '')}/agents/${encodeURIComponent(externalUserId)}/status`;
  target.hash = '';
  return target;
}

async function readText(response: IncomingMessage): Promise<Answered> {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) {
      response.destroy();
      return { status, text: null };
    }
    chunks.push(chunk);
  }
  const packed = response.headers['content-encoding'] ?? 'identity';
  return { status, text: packed === 'identity' ? Buffer.concat(chunks).toString('utf8') : null };
}

function answerOf({ status, text }: Answered, question: BreakQuestion): BreakAnswer {
  if (status === 401 || status === 403) return failed(breakFault('password', status));
  if (status >= 300 && status < 400) return failed(breakFault('redirect', status));
  if (status === 429 || status === 503) return failed(breakFault('overloaded', status));
  // JSON tells of an agent that is not known; anything else, before something was found, of a wrong path.
  if (status === 404)
    return isJsonObject(text) ? { kind: 'unknown-agent' } : failed(breakFault('not-found', status));
  if (status === 204) return { kind: 'none' };
  if (status !== 200) return failed(breakFault('server-error', status));
  const answer = text === null ? null : readBreakAnswer(text, question);
  return answer ?? failed(breakFault('unreadable', status));
}

const failed = (fault: BreakFault): BreakAnswer => ({ kind: 'failed', fault });

function isJsonObject(text: string | null): boolean {
  if (text === null) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
