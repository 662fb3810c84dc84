/**
 * `npm run audit`: known holes of high severity in what is shipped fail it. A registry that is away, or does not tell
 * of holes, fails nothing, since nobody could go on then: it is said, so that the next run is looked at.
 */
import { spawnSync } from 'node:child_process';

const limitMs = 60_000;
const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: limitMs,
  maxBuffer: 64 * 1024 * 1024,
});
const found = severitiesOf(stdout ?? '');
if (!found) {
  console.log(
    `dependencies were not checked: the registry does not tell${error ? ` (${error.message})` : ''}`,
  );
} else {
  const serious = (found.high ?? 0) + (found.critical ?? 0);
  console.log(`dependencies: ${JSON.stringify(found)}`);
  if (serious > 0) console.error(`${serious} known holes of high severity: npm audit --omit=dev`);
  process.exitCode = serious > 0 ? 1 : 0;
}

function severitiesOf(text: string): Readonly<Record<string, number>> | null {
  try {
    const report = JSON.parse(text) as { metadata?: { vulnerabilities?: Record<string, number> } };
    return report.metadata?.vulnerabilities ?? null;
  } catch (fault) {
    if (fault instanceof SyntaxError) return null;
    throw fault;
  }
}
