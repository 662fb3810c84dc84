import { personSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { defaultPlanningUnitId } from '@adherence/domain/configuration/tables.ts';
import type { FullIntegration, FullPerson } from '../../api/setup-types.ts';
import { instantOfForm } from '../../components/form/faults-of-schema.ts';
import { SelectField, TextField } from '../../components/form/field.tsx';
import { InstantField, instantText, wallClockText } from '../../components/form/instant-field.tsx';
import { textOrUndefined } from '../../components/form/number-of.ts';
import { RowsField } from '../../components/form/rows-field.tsx';
import { directory, teams, zoneOfUnit } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';
import type { EntityFormSpec } from './entity-form.tsx';
import { NameAndId } from './id-field.tsx';

export interface PersonDraft {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly planningUnitId: string;
  /** Times on the wall clock of the planning unit. */
  readonly externalUsers: readonly {
    readonly integrationId: string;
    readonly externalUserId: string;
    readonly validFrom: string;
    readonly validTo: string;
  }[];
}

/** People, with the external users that Odigo knows them by. */
export function personSpec(
  integrations: readonly FullIntegration[],
): EntityFormSpec<FullPerson, PersonDraft> {
  const integrationName = (id: string) => integrations.find((each) => each.id === id)?.name ?? id;
  return {
    path: '/people',
    entity: 'person',
    schema: personSchemaWith(instantOfForm),
    blank: () => ({
      id: '',
      name: '',
      team: '',
      planningUnitId: defaultPlanningUnitId,
      externalUsers: [],
    }),
    toDraft: ({ id, name, team, planningUnitId, externalUsers }) => {
      const zone = zoneOfUnit(planningUnitId);
      return {
        id,
        name,
        team: team ?? '',
        planningUnitId,
        externalUsers: externalUsers.map((user) => ({
          integrationId: user.integrationId,
          externalUserId: user.externalUserId,
          validFrom: wallClockText(user.validFrom, zone),
          validTo: wallClockText(user.validTo, zone),
        })),
      };
    },
    toBody: ({ name, team, planningUnitId, externalUsers }) => {
      const zone = zoneOfUnit(planningUnitId);
      const instant = (text: string) => (text === '' ? null : (instantText(text, zone) ?? 'unreadable'));
      return {
        name,
        team: textOrUndefined(team) ?? null,
        planningUnitId,
        externalUsers: externalUsers.map((user) => ({
          integrationId: user.integrationId,
          externalUserId: user.externalUserId,
          validFrom: instant(user.validFrom),
          validTo: instant(user.validTo),
        })),
      };
    },
    compared: [
      { key: 'name', label: 'field.name', show: ({ name }) => name },
      { key: 'team', label: 'field.team', show: ({ team }) => team },
      {
        key: 'planningUnitId',
        label: 'setup.unit',
        show: ({ planningUnitId }) => directory.value.units.get(planningUnitId)?.name ?? planningUnitId,
      },
      {
        key: 'externalUsers',
        label: 'people.users',
        show: ({ externalUsers }) =>
          externalUsers
            .map(({ integrationId, externalUserId, validFrom, validTo }) => {
              const validity = validFrom || validTo ? ` ${validFrom || '…'} – ${validTo || '…'}` : '';
              return `${externalUserId} (${integrationName(integrationId)})${validity}`.replaceAll('T', ' ');
            })
            .join(', '),
      },
    ],
    fields: (form, isNew) => {
      const zone = zoneOfUnit(form.draft.planningUnitId);
      return (
        <>
          <NameAndId form={form} isNew={isNew} nameLabel={t('people.name')} />
          <TextField form={form} path="team" label={t('field.team')} list={teams.value} optional />
          <SelectField
            form={form}
            path="planningUnitId"
            label={t('setup.unit')}
            options={[...directory.value.units.values()].map(({ id, name }) => ({ value: id, text: name }))}
          />
          <RowsField
            form={form}
            path="externalUsers"
            label={t('people.users')}
            hint={t('people.usersHint')}
            addText={t('people.addUser')}
            blank={() => ({
              integrationId: integrations[0]?.id ?? '',
              externalUserId: '',
              validFrom: '',
              validTo: '',
            })}
            row={(path) => (
              <>
                <SelectField
                  form={form}
                  path={`${path}.integrationId`}
                  label={t('setup.integration')}
                  options={integrations.map(({ id, name }) => ({ value: id, text: name }))}
                />
                <TextField form={form} path={`${path}.externalUserId`} label={t('setup.user')} raw />
                <InstantField
                  form={form}
                  path={`${path}.validFrom`}
                  label={t('people.validFrom')}
                  timeZone={zone}
                  optional
                />
                <InstantField
                  form={form}
                  path={`${path}.validTo`}
                  label={t('people.validTo')}
                  timeZone={zone}
                  optional
                />
              </>
            )}
          />
        </>
      );
    },
  };
}
