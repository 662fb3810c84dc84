/**
 * What is wrong with the logs of a run (operations.md: JSON, a constant message and fields, no token, no password,
 * nothing of a person). A pure function of their text and of what was secret in the run.
 */
export interface LogsOfRun {
  /** All that a process said on stdout and stderr, by its name. */
  readonly logs: ReadonlyMap<string, string>;
  /** Tokens, passwords, external users, names, addresses that the run used. */
  readonly secrets: readonly string[];
  /** Name of the service whose logs these are; null for a process that is not ours and logs as it likes. */
  readonly serviceOf: (name: string) => string | null;
}

/** One line each, at most as many as shown: a fault is mostly repeated. The line itself is not told: it may hold a secret. */
export function logFaults({ logs, secrets, serviceOf }: LogsOfRun): string[] {
  const wanted = secrets.flatMap((secret) => spellings(secret).map((spelling) => ({ secret, spelling })));
  const faults = new Set<string>();
  for (const [name, text] of logs) {
    const service = serviceOf(name);
    for (const [index, line] of text.split('\n').entries()) {
      if (line === '') continue;
      const lower = line.toLowerCase();
      for (const { secret, spelling } of wanted) {
        if (lower.includes(spelling)) faults.add(`${name}:${index + 1} holds "${secret.slice(0, 3)}…"`);
      }
      if (service === null) continue;
      for (const fault of lineFaults(line, service)) faults.add(`${name}:${index + 1} ${fault}`);
    }
  }
  return [...faults];
}

/** As it is written, as part of an address, as JSON escapes it, as Basic authentication sends it; in lower case. */
function spellings(secret: string): string[] {
  if (secret.length < 4) throw new Error('a secret so short would be found everywhere');
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const all = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64];
  return [...new Set(all.map((spelling) => spelling.toLowerCase()))];
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  topic: (value) => typeof value === 'string',
  partition: (value) => Number.isInteger(value),
  partitions: (value) => Array.isArray(value) && value.every(Number.isInteger),
  offset: (value) => Number.isInteger(value),
  status: (value) => Number.isInteger(value),
  tookMs: (value) => typeof value === 'number',
  requestId: (value) => typeof value === 'string',
  trace_id: (value) => /^[0-9a-f]{32}$/.test(String(value)),
  // The pattern of the route, never the address that was asked for.
  route: (value) => typeof value === 'string' && !/[?@%]/.test(value),
  error: (value) => typeof value === 'object' && value !== null && 'type' in value && 'message' in value,
};
const levels = ['debug', 'info', 'warn', 'error'];

function lineFaults(line: string, service: string): string[] {
  const fields = objectIn(line);
  if (fields === null) return ['is no JSON object'];
  const faults: string[] = [];
  if (!levels.includes(String(fields.level))) faults.push('has no level');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(fields.time))) faults.push('has no time');
  if (fields.service !== service) faults.push(`is not of ${service}`);
  // A constant message: what differs from line to line is a field.
  if (typeof fields.msg !== 'string' || !/^[A-Za-z][^\d@{}]*$/.test(fields.msg))
    faults.push('has no constant message');
  for (const [field, isRight] of Object.entries(types)) {
    if (field in fields && !isRight(fields[field])) faults.push(`has another ${field} than it should`);
  }
  return faults;
}

function objectIn(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
