/** Who is signed in. The token is sent once; the browser then holds an HttpOnly cookie that no script can read. */
import { signal } from '@preact/signals';
import { ApiError, deleteAt, getJson, observers, postJson } from './api/client.ts';
import type { Session } from './api/types.ts';
import { setServerDate } from './time/clock.ts';

export type SessionState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'signedOut'; readonly ended: boolean }
  | { readonly kind: 'signedIn'; readonly session: Session };

export const session = signal<SessionState>({ kind: 'unknown' });

export async function findSession(): Promise<void> {
  observers.onDate = setServerDate;
  observers.onUnauthorized = () => {
    session.value = { kind: 'signedOut', ended: true };
  };
  try {
    session.value = { kind: 'signedIn', session: await getJson<Session>('/session') };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    session.value =
      error.status === 401 || error.status === 403
        ? { kind: 'signedOut', ended: false }
        : { kind: 'unreachable' };
  }
}

/** Rejects with an ApiError: 401 for a token that is not valid. */
export async function signIn(token: string): Promise<void> {
  await postJson('/session', { token });
  session.value = { kind: 'signedIn', session: await getJson<Session>('/session') };
}

export async function signOut(): Promise<void> {
  await deleteAt('/session');
  session.value = { kind: 'signedOut', ended: false };
}

/** Is the session still good? Tells every screen when it is not. */
export async function checkSession(): Promise<void> {
  try {
    await getJson<Session>('/session');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) session.value = { kind: 'signedOut', ended: true };
  }
}
