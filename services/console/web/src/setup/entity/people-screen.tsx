import { useCallback, useMemo } from 'preact/hooks';
import { getAll } from '../../api/client.ts';
import type { FullIntegration, FullPerson } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { directory, teams } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';
import { personDayHref } from '../../person/person-day-href.ts';
import { place, setQuery } from '../../router.ts';
import { mayPlan } from '../sections.ts';
import { EntityScreen } from './entity-screen.tsx';
import { personSpec } from './person-spec.tsx';

/** Everybody whose adherence is computed. */
export function PeopleScreen() {
  const { data: integrations } = useRequest('integrations', (signal) =>
    getAll<FullIntegration>('/integrations', {}, signal),
  );
  const spec = useMemo(() => personSpec(integrations ?? []), [integrations]);
  const { query } = place.value;
  const team = query.get('team');
  const only = query.get('only');
  const keeps = useCallback(
    (person: FullPerson) =>
      (team === null || (person.team ?? '') === team) &&
      (only !== 'unmapped' || person.externalUsers.length === 0),
    [team, only],
  );
  const unitName = (id: string) => directory.value.units.get(id)?.name ?? id;
  return (
    <EntityScreen
      spec={spec}
      title="setup.people"
      lead="people.lead"
      addText="people.add"
      editTitle="people.edit"
      emptyText="people.empty"
      deleteText="people.delete"
      mayWrite={mayPlan()}
      nameOf={({ name }) => name}
      keeps={keeps}
      filters={<PeopleFilters team={team} only={only} />}
      buttons={
        mayPlan() && (
          <a class="button" href="/setup/imports">
            {t('people.import')}
          </a>
        )
      }
      columns={[
        {
          key: 'name',
          header: t('people.name'),
          text: ({ name }) => name,
          cell: ({ id, name }) => <a href={personDayHref(id)}>{name}</a>,
        },
        { key: 'id', header: t('field.id'), text: ({ id }) => id, kind: 'raw' },
        { key: 'team', header: t('field.team'), text: ({ team: name }) => name ?? '' },
        { key: 'unit', header: t('setup.unit'), text: ({ planningUnitId }) => unitName(planningUnitId) },
        {
          key: 'users',
          header: t('people.users'),
          text: ({ externalUsers }) => externalUsers.map(({ externalUserId }) => externalUserId).join(', '),
          cell: ({ externalUsers }) =>
            externalUsers.length === 0 ? (
              <span class="tag warning">{t('people.noUser')}</span>
            ) : (
              <span class="raw">{externalUsers.map(({ externalUserId }) => externalUserId).join(', ')}</span>
            ),
        },
      ]}
    />
  );
}

function PeopleFilters({ team, only }: { readonly team: string | null; readonly only: string | null }) {
  return (
    <>
      <label>
        <span>{t('board.team')}</span>
        <select
          value={team === null ? '*' : team}
          onChange={({ currentTarget: { value } }) =>
            setQuery({ team: value === '*' ? null : value, page: null })
          }
        >
          <option value="*">{t('board.allTeams')}</option>
          {teams.value.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="check-filter">
        <input
          type="checkbox"
          checked={only === 'unmapped'}
          onChange={({ currentTarget }) =>
            setQuery({ only: currentTarget.checked ? 'unmapped' : null, page: null })
          }
        />
        <span>{t('people.onlyUnmapped')}</span>
      </label>
    </>
  );
}
