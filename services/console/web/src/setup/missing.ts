/** What stands between Odigo and right numbers, in the order in which it is best mended. Pure. */
import type { FullIntegration } from '../api/setup-types.ts';
import type { Person, Pipeline } from '../api/types.ts';
import type { MessageKey } from '../i18n/translate.ts';
import type { GuideState } from './guide/guide-steps.ts';

export interface IntegrationState extends GuideState {
  readonly integration: Pick<FullIntegration, 'id' | 'name' | 'timeZone' | 'breakDetail' | 'feedGapSeconds'>;
}

export interface Missing {
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number>>;
  /** `blocking`: nothing can be right before; `wrong`: some numbers are; `look`: somebody should look. */
  readonly weight: 'blocking' | 'wrong' | 'look';
  /** Where it is mended; null when it is not here. */
  readonly href: string | null;
  readonly action: MessageKey | null;
}

export function missingOf(
  integrations: readonly IntegrationState[],
  people: readonly Person[],
  pipeline: Pipeline | null,
  timeText: (at: string) => string,
): Missing[] {
  const missing: Missing[] = [];
  const add = (
    weight: Missing['weight'],
    key: MessageKey,
    values: Missing['values'] = {},
    [href, action]: readonly [string | null, MessageKey | null] = [null, null],
  ) => missing.push({ key, values, weight, href, action });

  if (integrations.length === 0) {
    add('blocking', 'setup.noIntegration', {}, ['/setup/integrations/new', 'integrations.add']);
  }
  if (people.length === 0) add('blocking', 'setup.noPeople', {}, ['/setup/imports', 'people.import']);
  for (const { integration, health, users, statuses } of integrations) {
    const { name } = integration;
    const id = encodeURIComponent(integration.id);
    const guide = `/setup/integrations/${id}`;
    const unmapped = statuses.filter(({ activityId }) => activityId === null).length;
    if (health.lastNotificationAt === null) {
      add('blocking', 'setup.neverHeard', { name }, [guide, 'guide.open']);
    } else if (health.feed.state === 'gap') {
      add('wrong', 'setup.silent', { name, time: timeText(health.lastNotificationAt) }, [
        guide,
        'guide.open',
      ]);
    }
    if (users.length > 0) {
      const where = `/setup/users?integration=${id}`;
      add('wrong', 'setup.unmappedUsers', { n: users.length, name }, [where, 'missing.mapUsers']);
    }
    if (unmapped > 0) {
      const where = `/setup/statuses?integration=${id}`;
      add('wrong', 'setup.unmappedStatuses', { n: unmapped, name }, [where, 'missing.mapStatuses']);
    }
  }
  const without = people.filter((each) => each.externalUsers.length === 0).length;
  if (without > 0) {
    add('wrong', 'setup.withoutUsers', { n: without }, ['/setup/people?only=unmapped', 'missing.showPeople']);
  }
  const quarantined = pipeline?.quarantined ?? 0;
  if (quarantined > 0) {
    add('look', 'setup.rejected', { n: quarantined }, ['/setup/rejected', 'missing.look']);
  }
  const gaps = pipeline?.gaps ?? 0;
  if (gaps > 0) add('wrong', 'setup.gaps', { n: gaps });
  return missing;
}
