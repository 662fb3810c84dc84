import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A text that is the same for the life of a process and differs for the next one that gets its number: when it was
 * started. Undefined when no such process runs.
 */
export function identityOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // The first thread may be a zombie while others still end and keep the sockets open: proc(5), num_threads.
      return fields[0] === 'Z' && Number(fields[17]) <= 1 ? undefined : fields[19];
    } catch (error) {
      if (gone.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch (error) {
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}
const gone: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH']);
