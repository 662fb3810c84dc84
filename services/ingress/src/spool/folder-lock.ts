/** Makes this process the only one on a folder. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '@adherence/runtime/errors.ts';

export interface FolderLock {
  release(): void;
}

/**
 * Node has no file locks of its own; SQLite's are the kernel's, so that they end with the process however it ends.
 * @throws OperationalError while another process holds the folder
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, 'lock'));
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new OperationalError('SPOOL_IN_USE', `another process uses the spool in ${folder}`, error);
  }
  return { release: () => database.close() };
}
