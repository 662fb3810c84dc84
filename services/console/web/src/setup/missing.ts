/** What stands between Odigo and right numbers, in the order in which it is best mended. Pure. */
import type {
  Integration,
  IntegrationHealth,
  Person,
  Pipeline,
  StatusMapping,
  UnmappedUser,
} from '../api/types.ts';
import type { MessageKey } from '../i18n/en.ts';

export interface IntegrationState {
  readonly integration: Integration;
  readonly health: IntegrationHealth;
  readonly users: readonly UnmappedUser[];
  /** Seen and not mapped. */
  readonly statuses: readonly StatusMapping[];
}

export interface Missing {
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number>>;
  /** `blocking`: nothing can be right before; `wrong`: some numbers are; `look`: somebody should look. */
  readonly weight: 'blocking' | 'wrong' | 'look';
}

export function missingOf(
  integrations: readonly IntegrationState[],
  people: readonly Person[],
  pipeline: Pipeline | null,
  timeText: (at: string) => string,
): Missing[] {
  const missing: Missing[] = [];
  const add = (weight: Missing['weight'], key: MessageKey, values: Missing['values'] = {}) =>
    missing.push({ key, values, weight });
  const addCount = (weight: Missing['weight'], key: MessageKey, n: number, name?: string) => {
    if (n > 0) add(weight, key, name === undefined ? { n } : { n, name });
  };

  if (integrations.length === 0) add('blocking', 'setup.noIntegration');
  if (people.length === 0) add('blocking', 'setup.noPeople');
  for (const { integration, health, users, statuses } of integrations) {
    const { name } = integration;
    if (health.lastNotificationAt === null) add('blocking', 'setup.neverHeard', { name });
    else if (health.feed.state === 'gap') {
      add('wrong', 'setup.silent', { name, time: timeText(health.lastNotificationAt) });
    }
    addCount('wrong', 'setup.unmappedUsers', users.length, name);
    addCount('wrong', 'setup.unmappedStatuses', statuses.length, name);
  }
  addCount('wrong', 'setup.withoutUsers', people.filter((each) => each.externalUsers.length === 0).length);
  addCount('look', 'setup.rejected', pipeline?.quarantined ?? 0);
  addCount('wrong', 'setup.gaps', pipeline?.gaps ?? 0);
  return missing;
}
