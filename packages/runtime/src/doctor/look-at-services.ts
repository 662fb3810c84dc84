/** What services tell of their health, and the clock of whoever answers over HTTP. */
import type { Clock } from '../clock.ts';
import type { ClockSeen, ServiceSeen } from './judge-services.ts';

const limitMs = 5_000;

export interface ServiceLook {
  readonly seen: ServiceSeen;
  readonly clock: ClockSeen | null;
}

/** An admin address, or the public one of ingress or console (which has no /livez). */
export async function lookAtService(clock: Clock, address: string): Promise<ServiceLook> {
  const { origin, pathname } = new URL(address);
  const url = `${origin}${pathname}`.replace(/\/+$/, '');
  const ready = await ask(clock, `${url}/readyz?verbose`);
  const live = await ask(clock, `${url}/livez`);
  const lines = ready?.text.split('\n').filter((line) => line.startsWith('[-] ')) ?? [];
  return {
    seen: {
      url,
      livez: live?.status ?? null,
      readyz: ready?.status ?? null,
      missing: lines.map((line) => line.slice('[-] '.length)),
    },
    clock: ready ? clockOf(`the service at ${url}`, ready) : null,
  };
}

/** Of the server behind an address, by the `Date` of any answer; null when there is none. */
export async function lookAtClock(clock: Clock, of: string, url: string): Promise<ClockSeen | null> {
  const answer = await ask(clock, url);
  return answer ? clockOf(of, answer) : null;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: number;
  readonly from: number;
  readonly to: number;
}

async function ask(clock: Clock, url: string): Promise<Answer | null> {
  const from = clock.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: 'manual' });
    const text = await response.text();
    const date = Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, text, date, from, to: clock.now() };
  } catch {
    return null; // Whatever it is that keeps it from answering: the finding says that it does not.
  }
}

/** `Date` is cut to the second and may be as old as the answer took. */
function clockOf(of: string, { date, from, to }: Answer): ClockSeen | null {
  if (Number.isNaN(date)) return null;
  return { of, aheadMs: date + 500 - (from + to) / 2, uncertainMs: 500 + (to - from) / 2 };
}
