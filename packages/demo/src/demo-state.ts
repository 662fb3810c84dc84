/** What a demo must remember between two starts, in two files that only their owner may read. */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '@adherence/domain/model.ts';
import type { RememberedBreakService } from './break-web-service.ts';

/** `sign-in.json`, written for whoever shows the visitor how to sign in. */
export interface SignIn {
  readonly tenantId: string;
  /** The tenant's first admin token. */
  readonly token: string;
}

/** `demo-state.json` */
export interface DemoState {
  /** Version of the contact centre that the tenant was set up for; 0 while that is under way. */
  readonly centreVersion: number;
  /** Start of the history: the people's logins are valid from here. */
  readonly historyFrom: Instant;
  /** First shift date whose schedules are not imported yet; null before the first import. */
  readonly schedulesUntil: string | null;
  /** The break web service as it was last; absent before the first one. */
  readonly breakService?: RememberedBreakService;
  /** URL token by integration. */
  readonly urlTokens: Readonly<Record<string, string>>;
  /** Everything that was to be sent up to here has been accepted. */
  readonly postedUntil: Instant;
}

export interface StateStore {
  readSignIn(): Promise<SignIn | null>;
  writeSignIn(signIn: SignIn): Promise<void>;
  readState(): Promise<DemoState | null>;
  writeState(state: DemoState): Promise<void>;
  /** Before another tenant is made: what was remembered is not about that one. */
  forget(): Promise<void>;
}

export async function openStateStore(directory: string): Promise<StateStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const signIn = join(directory, 'sign-in.json');
  const state = join(directory, 'demo-state.json');
  return {
    readSignIn: () => readJson<SignIn>(signIn),
    writeSignIn: (value) => writeJson(signIn, value),
    readState: () => readJson<DemoState>(state),
    writeState: (value) => writeJson(state, value),
    forget: async () => {
      await rm(signIn, { force: true });
      await rm(state, { force: true });
    },
  };
}

/** null when there is no such file. */
async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    if (error instanceof SyntaxError) throw new Error(`${path} is damaged; remove it and start again`);
    throw error;
  }
}

/** Replaced in one step, so that a kill in the middle leaves the old one. */
async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}
