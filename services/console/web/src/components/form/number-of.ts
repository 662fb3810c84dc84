/** What was typed -> a number; NaN for anything else, so that the schema refuses it. Empty is undefined. */
export function numberOf(text: unknown): number | undefined {
  const trimmed = String(text ?? '').trim();
  return trimmed === '' ? undefined : Number(trimmed.replace(',', '.'));
}

/** Text that may be left out. */
export function textOrUndefined(text: unknown): string | undefined {
  const trimmed = String(text ?? '').trim();
  return trimmed === '' ? undefined : trimmed;
}
