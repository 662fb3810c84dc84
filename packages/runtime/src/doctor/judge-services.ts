/** Health endpoints and clocks. Pure. */
import { doubtful, type Finding, listed, spoken, wrong } from './finding.ts';

export interface ServiceSeen {
  readonly url: string;
  /** Null: it did not answer. */
  readonly livez: number | null;
  readonly readyz: number | null;
  /** What it says that it needs. */
  readonly missing: readonly string[];
}

export function judgeServices(services: readonly ServiceSeen[]): Finding[] {
  return services.flatMap(({ url, livez, readyz, missing }) => {
    if (readyz === null) {
      return [
        wrong(
          'services',
          `nothing answers at ${url}`,
          'Start the service, or correct the address; its log says why it ended.',
        ),
      ];
    }
    if (livez === 503) {
      return [
        wrong(
          'services',
          `the service at ${url} makes no progress`,
          'Its log says what it waits for; restart it.',
        ),
      ];
    }
    if (readyz === 200) return [];
    const needs = missing.length > 0 ? `: ${listed(missing)}` : '';
    return [
      wrong(
        'services',
        `the service at ${url} is not ready (${readyz})${needs}`,
        'Bring back what it names; its log has more.',
      ),
    ];
  });
}

export interface ClockSeen {
  readonly of: string;
  /** Its time less that of this machine, in milliseconds; uncertain by as much. */
  readonly aheadMs: number;
  readonly uncertainMs: number;
}

/** Event ages and live buffers are shown to the second. */
const clockLimitMs = 2_000;
const clockWrongMs = 60_000;

/** All against the clock of this machine; where most are alike, that one is the odd one. */
export function judgeClocks(clocks: readonly ClockSeen[]): Finding[] {
  const off = clocks.filter(({ aheadMs, uncertainMs }) => Math.abs(aheadMs) - uncertainMs > clockLimitMs);
  const all = off.length > 1 && off.length === clocks.length;
  return off.map(({ of, aheadMs }) => {
    const say = Math.abs(aheadMs) > clockWrongMs ? wrong : doubtful;
    const where = aheadMs > 0 ? 'ahead of' : 'behind';
    return say(
      'clocks',
      `the clock of ${of} is ${spoken(Math.abs(aheadMs))} ${where} the one here`,
      all
        ? 'All differ from the clock here, so it is probably this one: let it follow NTP.'
        : 'Let all machines follow NTP.',
    );
  });
}
