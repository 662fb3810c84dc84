/**
 * One integration's break web service as look-ups use it: so many questions at once, a bounded queue, a circuit
 * breaker, and what is known of how it does.
 */
import {
  type BreakFault,
  type BreakFaultKind,
  breakFault,
} from '@adherence/odigo-web-service/break-fault.ts';
import type {
  BreakAnswer,
  BreakQuestion,
  BreakTypeSource,
} from '@adherence/odigo-web-service/break-type-source.ts';
import { circuitBreaker } from '@adherence/odigo-web-service/circuit-breaker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';

export interface BreakClient {
  /** `skipped`: not asked, since it is given up for now or too much is waiting. */
  ask(question: BreakQuestion): Promise<BreakAnswer | { readonly kind: 'skipped' }>;
  /** A question would be asked now, as far as the breaker goes. */
  mayAsk(): boolean;
  health(): BreakServiceHealth;
  close(): void;
}

/** Told on the topic `health` under `breakDetail|tenant|integration|instance`; times are epoch milliseconds. */
export interface BreakServiceHealth {
  /** `failing`: the last question failed; `paused`: given up until `retryAt`. */
  readonly state: 'ok' | 'failing' | 'paused';
  readonly lastAnswerAt: number | null;
  readonly fault: (BreakFault & { readonly at: number }) | null;
  readonly retryAt: number | null;
}

export interface BreakClientOptions {
  readonly source: BreakTypeSource;
  readonly clock: Clock;
  readonly inFlight: number;
  /** Called whenever `health` answers something else. */
  readonly onHealth: () => void;
}

/** Questions that wait beyond this many, or for longer, are not asked: their statuses keep what they have. */
const maxWaiting = 2_000;
const maxWaitMs = 2_000;

export function createBreakClient({ source, clock, inFlight, onHealth }: BreakClientOptions): BreakClient {
  const breaker = circuitBreaker();
  const waiting: (() => void)[] = [];
  let asking = 0;
  let lastAnswerAt: number | null = null;
  let fault: (BreakFault & { at: number }) | null = null;

  function note(answer: BreakAnswer): void {
    const now = clock.now();
    if (answer.kind === 'failed') {
      fault = { ...answer.fault, at: now };
      breaker.failed(now, lasting.has(answer.fault.kind));
    } else {
      fault = null;
      lastAnswerAt = now;
      breaker.succeeded();
    }
    onHealth();
  }

  return {
    async ask(question) {
      if (waiting.length >= maxWaiting) return { kind: 'skipped' };
      const since = clock.now();
      // Whoever has waited gets the place of the one that is done.
      if (asking >= inFlight) await new Promise<void>((resolve) => waiting.push(resolve));
      else asking += 1;
      try {
        const now = clock.now();
        if (now - since > maxWaitMs || !breaker.allows(now)) return { kind: 'skipped' };
        const answer = await source.lookUp(question);
        note(answer);
        return answer;
      } finally {
        const next = waiting.shift();
        if (next) next();
        else asking -= 1;
      }
    },
    mayAsk() {
      const until = breaker.pausedUntil();
      return until === null || until <= clock.now();
    },
    health: () => ({
      state: breaker.pausedUntil() !== null ? 'paused' : fault ? 'failing' : 'ok',
      lastAnswerAt,
      fault,
      retryAt: breaker.pausedUntil(),
    }),
    close: () => source.close(),
  };
}

/** Asking the same again soon would give the same, and may lock the account of the web service. */
const lasting: ReadonlySet<BreakFaultKind> = new Set([
  'password',
  'secrets-key',
  'address-not-allowed',
  'redirect',
  'not-found',
]);

/** In the place of a web service whose password cannot be opened. */
export const sourceWithoutPassword: BreakTypeSource = {
  lookUp: async () => ({ kind: 'failed', fault: breakFault('secrets-key') }),
  close() {},
};
