import { rejectReasons } from '@adherence/domain/notifications/reject-reasons.ts';
import type { FullIntegration } from '../../api/setup-types.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';

/** Which of what was rejected is shown; in the address. */
export function RejectedFilters({ integrations }: { readonly integrations: readonly FullIntegration[] }) {
  const { query } = place.value;
  const select = (
    name: string,
    label: string,
    all: string,
    options: readonly (readonly [string, string])[],
  ) => (
    <label>
      <span>{label}</span>
      <select
        value={query.get(name) ?? ''}
        onChange={({ currentTarget: { value } }) => setQuery({ [name]: value || null })}
      >
        <option value="">{all}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      {select(
        'integration',
        t('setup.integration'),
        t('rejected.all'),
        integrations.map(({ id, name }) => [id, name]),
      )}
      {select(
        'reason',
        t('rejected.reason'),
        t('rejected.all'),
        Object.keys(rejectReasons).map((reason) => [reason, reasonText(reason)]),
      )}
      {select('replayed', t('rejected.readAgain'), t('rejected.all'), [
        ['false', t('rejected.notYet')],
        ['true', t('rejected.already')],
      ])}
    </>
  );
}

/** In words; a reason that this page does not know as it is. */
export const reasonText = (reason: string): string =>
  reason in rejectReasons ? t(`reason.${reason}` as MessageKey) : reason;
