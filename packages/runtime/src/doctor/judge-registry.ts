/** Schemas in the registry, judged against schemas/avro. Pure. */
import { doubtful, type Finding, migrateRemedy, wrong } from './finding.ts';

export interface SubjectSeen {
  readonly subject: string;
  /** As it is in force for the subject; null when it cannot be told. */
  readonly compatibility: string | null;
  readonly versions: number;
  /** The schema of this release is one of the versions. */
  readonly hasOurs: boolean;
  /** The registry would take the schema of this release. */
  readonly takesOurs: boolean;
}

export const wantedCompatibility = 'FULL_TRANSITIVE';

export function judgeRegistry(subjects: readonly SubjectSeen[]): Finding[] {
  return subjects.flatMap((seen) => {
    const { subject, versions, compatibility } = seen;
    if (versions === 0) {
      return [wrong('registry', `the schema ${subject} is not registered`, migrateRemedy)];
    }
    const findings: Finding[] = [];
    if (!seen.takesOurs) {
      findings.push(
        wrong(
          'registry',
          `the schema ${subject} of this release is not compatible with those registered`,
          'Another application registered under this subject, or this is an older release than the one that did: use a registry of its own, or the newer release.',
        ),
      );
    } else if (!seen.hasOurs) {
      findings.push(
        doubtful('registry', `the schema ${subject} of this release is not registered yet`, migrateRemedy),
      );
    }
    if (compatibility !== wantedCompatibility) {
      findings.push(
        doubtful(
          'registry',
          `the schema ${subject} has the compatibility ${compatibility ?? 'of nobody knows what'}, not ${wantedCompatibility}: a release could register what another one cannot read`,
          migrateRemedy,
        ),
      );
    }
    return findings;
  });
}
