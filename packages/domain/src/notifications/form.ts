/** `application/x-www-form-urlencoded` as an object of texts; the first of several equal names holds. */
import { decodeText } from './text.ts';

/** undefined when no part of it has a name and a `=`. */
export function readForm(bytes: Buffer): Record<string, string> | undefined {
  const fields: Record<string, string> = Object.create(null);
  let found = false;
  for (const part of bytes.toString('latin1').split('&')) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    found = true;
    const name = decodePart(part.slice(0, equals));
    fields[name] ??= decodePart(part.slice(equals + 1));
  }
  return found ? fields : undefined;
}

/** `+` and `%XX` to bytes, the bytes to text; a `%` that escapes nothing stands for itself. */
function decodePart(latin1: string): string {
  if (!/[+%\x80-\xff]/.test(latin1)) return latin1;
  const bytes = latin1
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeText(Buffer.from(bytes, 'latin1'));
}
