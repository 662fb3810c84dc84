import { directory, teams } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { isKnown, type Scope, scopeName, scopeText } from '../team-day/scope.ts';

/** Everyone, a team or a planning unit; one that is no longer there stays chosen, and says so. */
export function ScopeSelect({ scope }: { readonly scope: Scope }) {
  const known = directory.value;
  const { units } = known;
  const name = scopeName(scope, known, t('teamDay.everyone'));
  const isListed = scope.kind !== 'person' && isKnown(scope, known, teams.value);
  return (
    <label>
      <span>{t('teamDay.scope')}</span>
      <select
        value={scopeText(scope) ?? ''}
        onChange={(event) => setQuery({ who: event.currentTarget.value || null })}
      >
        <option value="">{t('teamDay.everyone')}</option>
        {scope.kind === 'person' && isKnown(scope, known, teams.value) && (
          <option value={scopeText(scope)!}>{name}</option>
        )}
        {teams.value.length > 0 && (
          <optgroup label={t('teamDay.teams')}>
            {teams.value.map((team) => (
              <option key={team} value={`team:${team}`}>
                {team}
              </option>
            ))}
          </optgroup>
        )}
        <optgroup label={t('teamDay.units')}>
          {[...units.values()].map(({ id, name: unitName }) => (
            <option key={id} value={`unit:${id}`}>
              {unitName}
            </option>
          ))}
        </optgroup>
        {!isListed && !isKnown(scope, known, teams.value) && (
          <option value={scopeText(scope)!}>{t('board.unknownOption', { name })}</option>
        )}
      </select>
    </label>
  );
}
