import { ApiError, getJson, getVersioned, type Versioned } from '../../api/client.ts';
import type { FullIntegration, MappedStatus, UnknownUser, UrlToken } from '../../api/setup-types.ts';
import type { IntegrationHealth, Live, Page } from '../../api/types.ts';
import { directory } from '../../directory.ts';
import { isAdmin } from '../sections.ts';
import type { GuideState } from './guide-steps.ts';

export interface Guide extends GuideState {
  readonly integration: Versioned<FullIntegration>;
}

export const integrationPath = (id: string): string => `/integrations/${encodeURIComponent(id)}`;

/** Everything that the guide of an integration shows. */
export async function loadGuide(id: string, signal: AbortSignal): Promise<Guide> {
  const path = integrationPath(id);
  const [integration, state] = await Promise.all([
    getVersioned<FullIntegration>(path, signal),
    loadGuideState(id, boardOnce(signal), signal),
  ]);
  return { integration, ...state };
}

/** The people on the board, asked for when somebody wants to know, and once. */
export function boardOnce(signal: AbortSignal): () => Promise<ReadonlySet<string>> {
  let asked: Promise<ReadonlySet<string>> | null = null;
  return () => {
    asked ??= peopleOnBoard(signal);
    return asked;
  };
}

export async function loadGuideState(
  id: string,
  board: () => Promise<ReadonlySet<string>>,
  signal: AbortSignal,
): Promise<GuideState> {
  const path = integrationPath(id);
  const [health, tokens, users, statuses] = await Promise.all([
    getJson<IntegrationHealth>(`${path}/health`, {}, signal),
    isAdmin() ? getJson<Page<UrlToken>>(`${path}/url-tokens`, {}, signal) : null,
    getJson<Page<UnknownUser>>(`${path}/unmapped-users`, {}, signal),
    loadStatuses(id, signal),
  ]);
  // Loaded with the application, and again after each change here: asking for everybody every few seconds would be dear.
  const mapped = [...(directory.peek().people?.values() ?? [])].filter(({ externalUsers }) =>
    externalUsers.some(({ integrationId }) => integrationId === id),
  );
  const shown = mapped.length > 0 && health.lastNotificationAt !== null ? await board() : new Set<string>();
  return {
    health,
    tokens: tokens?.items ?? null,
    users: users.items,
    statuses,
    mappedPeople: mapped.length,
    onBoard: mapped.filter((person) => shown.has(person.id)).length,
  };
}

export async function loadStatuses(id: string, signal?: AbortSignal): Promise<readonly MappedStatus[]> {
  const path = `${integrationPath(id)}/status-mappings`;
  const { items } = await getJson<Page<MappedStatus>>(path, { byFallback: true }, signal);
  return items;
}

/** The board may be catching up: then nobody is on it yet. */
async function peopleOnBoard(signal: AbortSignal): Promise<ReadonlySet<string>> {
  try {
    const { items } = await getJson<Live>('/live', {}, signal);
    return new Set(items.map(({ personId }) => personId));
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) return new Set();
    throw error;
  }
}
