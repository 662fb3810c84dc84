import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from './process-identity.ts';

export interface DataLock {
  /** Notes a child, so that the next start can end it should this one be killed and leave it behind. */
  note(name: string, pid: number): void;
  release(): void;
}

export interface Leftover {
  readonly name: string;
  readonly pid: number;
}

interface Owner {
  readonly pid: number;
  readonly identity: string;
  readonly children: readonly (Leftover & { readonly identity: string })[];
}

/**
 * Makes this process the only one on the data directory. Children of an owner that was killed are ended first
 * (SIGKILL, which every part survives) and told to `onLeftover`.
 * @throws Error with one sentence when another start runs there
 */
export async function lockData(dataDir: string, onLeftover: (child: Leftover) => void): Promise<DataLock> {
  const file = join(dataDir, 'lock.json');
  const mine: Owner = { pid: process.pid, identity: identityOf(process.pid)!, children: [] };
  if (!create(file, mine)) {
    const other = read(file);
    if (other !== undefined && identityOf(other.pid) === other.identity && other.pid !== process.pid) {
      throw new Error(
        `Another npm start (process ${other.pid}) runs on ${dataDir}; stop that one (Ctrl-C, or kill ${other.pid}) or use --data DIR.`,
      );
    }
    await endAll(other?.children ?? [], onLeftover);
    rmSync(file, { force: true });
    if (!create(file, mine))
      throw new Error(`Another npm start on ${dataDir} was quicker; stop one of them.`);
  }
  let owner = mine;
  return {
    note(name, pid) {
      const alive = owner.children.filter((child) => identityOf(child.pid) === child.identity);
      const identity = identityOf(pid);
      const children = identity === undefined ? alive : [...alive, { name, pid, identity }];
      owner = { ...owner, children };
      writeFileSync(file, JSON.stringify(owner));
    },
    release: () => rmSync(file, { force: true }),
  };
}

function create(file: string, owner: Owner): boolean {
  try {
    writeFileSync(file, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined for a file that was cut short by a kill. */
function read(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function endAll(children: Owner['children'], onLeftover: (child: Leftover) => void): Promise<void> {
  const alive = children.filter((child) => identityOf(child.pid) === child.identity);
  for (const child of alive) {
    onLeftover(child);
    process.kill(child.pid, 'SIGKILL');
  }
  while (alive.some((child) => identityOf(child.pid) === child.identity)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
