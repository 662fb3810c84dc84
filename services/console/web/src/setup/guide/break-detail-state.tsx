import type { IntegrationHealth } from '../../api/types.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';

interface BreakDetailStateProps {
  readonly health: IntegrationHealth;
  readonly timeZone: string;
}

/** How the look-up of break types does, in the words of the services themselves. */
export function BreakDetailState({ health, timeZone }: BreakDetailStateProps) {
  const state = health.breakDetail?.state;
  if (typeof state !== 'object' || state === null) return <p class="hint">{t('integration.notAskedYet')}</p>;
  return (
    <dl class="facts">
      {Object.entries(state)
        .filter(([name]) => name !== 'tenantId' && name !== 'integrationId')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{spelledOut(name)}</dt>
            <dd>{shown(name, value, timeZone)}</dd>
          </div>
        ))}
    </dl>
  );
}

const spelledOut = (name: string): string =>
  name
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^./, (first) => first.toUpperCase());

function shown(name: string, value: unknown, timeZone: string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number' && /(At|Until)$/.test(name)) return longDateTimeText(value, timeZone);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
