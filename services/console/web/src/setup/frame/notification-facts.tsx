import type { IntegrationHealth } from '../../api/types.ts';
import { Fact } from '../../components/facts.tsx';
import { numberText } from '../../format/amount.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';

interface NotificationFactsProps {
  readonly health: IntegrationHealth;
  readonly timeZone: string;
}

/** What an integration has sent: when last, and how much. */
export const NotificationFacts = ({ health, timeZone }: NotificationFactsProps) => (
  <>
    <Fact
      name={t('setup.lastNotification')}
      value={
        health.lastNotificationAt === null
          ? t('setup.never')
          : longDateTimeText(Date.parse(health.lastNotificationAt), timeZone)
      }
    />
    <Fact name={t('setup.accepted')} value={numberText(health.accepted)} />
    <Fact name={t('setup.rejectedCount')} value={numberText(health.rejected)} />
  </>
);
