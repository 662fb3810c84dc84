import { ApiError, getAll, getJson, getVersioned, type Versioned } from '../../api/client.ts';
import type {
  FullIntegration,
  FullPerson,
  MappedStatus,
  UnknownUser,
  UrlToken,
} from '../../api/setup-types.ts';
import type { IntegrationHealth, Live, Page } from '../../api/types.ts';
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
    loadGuideState(id, signal),
  ]);
  return { integration, ...state };
}

export async function loadGuideState(id: string, signal: AbortSignal): Promise<GuideState> {
  const path = integrationPath(id);
  const [health, tokens, users, statuses, people, live] = await Promise.all([
    getJson<IntegrationHealth>(`${path}/health`, {}, signal),
    isAdmin() ? getJson<Page<UrlToken>>(`${path}/url-tokens`, {}, signal) : null,
    getJson<Page<UnknownUser>>(`${path}/unmapped-users`, {}, signal),
    loadStatuses(id, signal),
    getAll<FullPerson>('/people', {}, signal),
    orNull(getJson<Live>('/live', {}, signal)),
  ]);
  const mapped = new Set(
    people
      .filter(({ externalUsers }) => externalUsers.some(({ integrationId }) => integrationId === id))
      .map((person) => person.id),
  );
  return {
    health,
    tokens: tokens?.items ?? null,
    users: users.items,
    statuses,
    mappedPeople: mapped.size,
    onBoard: live?.items.filter(({ personId }) => mapped.has(personId)).length ?? 0,
  };
}

export async function loadStatuses(id: string, signal?: AbortSignal): Promise<readonly MappedStatus[]> {
  const path = `${integrationPath(id)}/status-mappings`;
  const { items } = await getJson<Page<MappedStatus>>(path, { byFallback: true }, signal);
  return items;
}

/** The board may be catching up: then nobody is on it yet. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) return null;
    throw error;
  }
}
