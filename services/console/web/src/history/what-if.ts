/** Other settings and matches, as they are tried out, and what POST /what-if takes and answers. Pure. */
import type { FullSettings, MatchRule } from '../api/setup-types.ts';
import type { AdherenceRow } from '../api/types.ts';

export interface WhatIfDraft {
  readonly bufferSeconds: Readonly<Record<Buffer, number>>;
  readonly graceMode: FullSettings['graceMode'];
  readonly rules: readonly MatchRule[];
}

export const buffers = ['notPresent', 'wrongActivity', 'notScheduled'] as const;
export type Buffer = (typeof buffers)[number];
export const graceModes = ['forgive', 'retroactive', 'alarm_only'] as const;

export interface InForce {
  readonly settings: FullSettings;
  readonly rules: readonly MatchRule[];
}

export const draftOf = ({ settings, rules }: InForce): WhatIfDraft => ({
  bufferSeconds: settings.bufferSeconds,
  graceMode: settings.graceMode,
  rules,
});

/** Only what differs is asked for; null when nothing does. */
export function hypothesisOf(draft: WhatIfDraft, { settings, rules }: InForce): object | null {
  const sameSettings =
    draft.graceMode === settings.graceMode &&
    buffers.every((name) => draft.bufferSeconds[name] === settings.bufferSeconds[name]);
  const sameRules = JSON.stringify(sorted(draft.rules)) === JSON.stringify(sorted(rules));
  if (sameSettings && sameRules) return null;
  const { targetScore, missingLogout } = settings;
  return {
    ...(sameSettings
      ? {}
      : {
          settings: {
            targetScore,
            missingLogout,
            bufferSeconds: draft.bufferSeconds,
            graceMode: draft.graceMode,
          },
        }),
    ...(sameRules ? {} : { matches: { rules: draft.rules } }),
  };
}

/** A rule that is there already is not there twice. */
export function withRule(rules: readonly MatchRule[], rule: MatchRule): readonly MatchRule[] {
  return rules.some((each) => isSame(each, rule)) ? rules : [...rules, rule];
}

export const withoutRule = (rules: readonly MatchRule[], rule: MatchRule): readonly MatchRule[] =>
  rules.filter((each) => !isSame(each, rule));

type Amounts = Omit<AdherenceRow, 'from' | 'to' | 'final' | 'personId' | 'team' | 'planningUnitId'>;

export interface Difference {
  readonly before: Amounts;
  readonly after: Amounts;
  readonly delta: Amounts;
}

export interface WhatIf {
  readonly asOf: string;
  readonly total: Difference;
  readonly teams: readonly (Difference & { readonly team: string | null })[];
  readonly people: readonly (Difference & {
    readonly personId: string;
    readonly name: string;
    readonly team: string | null;
  })[];
}

/** Whom it moves most comes first; whom it does not move is left out. */
export const moved = <T extends Difference>(rows: readonly T[]): T[] =>
  rows
    .filter(({ before, after }) => before.inMs !== after.inMs || before.scheduledMs !== after.scheduledMs)
    .sort((a, b) => Math.abs(b.delta.adherence ?? 0) - Math.abs(a.delta.adherence ?? 0));

const isSame = (a: MatchRule, b: MatchRule): boolean => a.actual === b.actual && a.scheduled === b.scheduled;

const sorted = (rules: readonly MatchRule[]): string[] =>
  rules.map(({ actual, scheduled }) => `${actual}|${scheduled}`).sort();
