/** Findings as text for people, or as JSON for programs. Pure. */
import type { Finding } from './finding.ts';

export interface Report {
  readonly text: string;
  /** 1: something is wrong; 0: nothing, or only doubtful things. */
  readonly exitCode: 0 | 1;
}

export function report(findings: readonly Finding[], asJson: boolean): Report {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const exitCode = errors.length > 0 ? 1 : 0;
  if (asJson) return { text: `${JSON.stringify({ ok: exitCode === 0, findings }, null, 2)}\n`, exitCode };
  const lines = [...errors, ...warnings].map(
    ({ severity, part, problem, remedy }) =>
      `${severity === 'error' ? 'WRONG' : 'doubtful'}  ${part}: ${problem}.\n       ${remedy}\n`,
  );
  const counted = `${counts(errors.length, 'thing is', 'things are')} wrong, ${counts(warnings.length, 'is', 'are')} doubtful.\n`;
  return {
    text: findings.length === 0 ? 'Everything is as it should be.\n' : [...lines, counted].join('\n'),
    exitCode,
  };
}

const counts = (count: number, one: string, many: string): string =>
  `${count || 'no'} ${count === 1 ? one : many}`;
