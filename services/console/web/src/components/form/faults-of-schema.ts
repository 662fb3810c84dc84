/** The rules of the API, by its own schemas. */
import { faultsOf } from '@adherence/domain/configuration/command.ts';
import { config, z } from 'zod';

// Compiling schemas needs `eval`, which the content security policy forbids.
config({ jitless: true });

export function faultsOfSchema(schema: z.ZodType, value: unknown): { path: string; message: string }[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : [...faultsOf(parsed.error)];
}

/** An instant in a body of the API, which forms write in ISO 8601; null is what nobody could read. */
export const instantOfForm = z
  .string('must be a time of ISO 8601 with offset or Z')
  .transform((text) => Date.parse(text));
