/** What the schema registry tells of our schemas; reads only. */
import { recordNames, subjectOf } from '@adherence/schemas/records.ts';
import { schemaText } from '../avro-types.ts';
import { type RegistryCall, registryRefusal } from '../registry.ts';
import type { SubjectSeen } from './judge-registry.ts';

/** Throws OperationalError when the registry does not answer, or not as one does. */
export async function lookAtRegistry(call: RegistryCall): Promise<SubjectSeen[]> {
  const { status } = await call('GET', '/subjects');
  if (status !== 200) throw registryRefusal(status, 'which subjects there are');
  return Promise.all(
    recordNames.map((name) => lookAtSubject(call, encodeURIComponent(subjectOf(name)), schemaText(name))),
  );
}

async function lookAtSubject(call: RegistryCall, subject: string, schema: string): Promise<SubjectSeen> {
  const versions = await call('GET', `/subjects/${subject}/versions`);
  if (versions.status === 404) {
    return { subject, versions: 0, compatibility: null, hasOurs: false, takesOurs: true };
  }
  if (versions.status !== 200) throw registryRefusal(versions.status, `the versions of ${subject}`);
  const [same, judged, level] = await Promise.all([
    call('POST', `/subjects/${subject}`, { schema }),
    call('POST', `/compatibility/subjects/${subject}/versions/latest`, { schema }),
    call('GET', `/config/${subject}?defaultToGlobal=true`),
  ]);
  return {
    subject,
    versions: (JSON.parse(versions.text) as unknown[]).length,
    hasOurs: same.status === 200,
    takesOurs:
      same.status === 200 || (judged.status === 200 && JSON.parse(judged.text).is_compatible === true),
    compatibility: level.status === 200 ? levelIn(level.text) : null,
  };
}

function levelIn(text: string): string | null {
  const { compatibilityLevel, compatibility } = JSON.parse(text) as Record<string, string | undefined>;
  return compatibilityLevel ?? compatibility ?? null;
}
