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
 * @throws OperationalError SPOOL_IN_USE while another process holds the folder, SPOOL_UNUSABLE when it cannot be locked
 */
export function lockFolder(folder: string): FolderLock {
  const database = openLock(folder);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw unusable(error);
    throw new OperationalError('SPOOL_IN_USE', `another process uses the spool in ${folder}`, error);
  }
  return { release: () => database.close() };
}

function openLock(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new DatabaseSync(join(folder, 'lock'));
  } catch (error) {
    throw unusable(error);
  }
}

const unusable = (error: unknown) =>
  new OperationalError('SPOOL_UNUSABLE', 'the folder of the spool cannot be locked', error);

/** SQLITE_BUSY, whatever its extension. */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
