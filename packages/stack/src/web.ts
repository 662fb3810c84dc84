import { startChild } from './child.ts';
import { doneLine, type Launch, logFileOf, repository } from './launcher.ts';
import { nodeCommand } from './node-command.ts';

/**
 * Builds the web application when its sources are newer than what was built. In a process of its own: the build tool
 * would stay in this one's memory.
 */
export async function buildWeb({ options, note, print }: Launch): Promise<void> {
  const startedAt = performance.now();
  const logFile = logFileOf(options, 'web');
  let built = false;
  const child = await startChild({
    name: 'web build',
    command: nodeCommand(),
    args: ['--input-type=module', '--eval', script],
    cwd: repository,
    logFile,
    onSpawn: note,
    onLine: (line) => {
      built ||= line === 'built';
    },
  });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`The web application could not be built; see ${logFile}`);
  if (built) print(doneLine('web', startedAt, '', 'built'));
}

const script = `
import { ensureBuilt } from '@adherence/web/build.ts';
if (await ensureBuilt()) console.log('built');
`;
