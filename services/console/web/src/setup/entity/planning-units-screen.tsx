import { planningUnitSchema, weekdays } from '@adherence/domain/configuration/entities.ts';
import { defaultPlanningUnitId } from '@adherence/domain/configuration/tables.ts';
import type { FullPlanningUnit } from '../../api/setup-types.ts';
import { SelectField, TextField } from '../../components/form/field.tsx';
import { RowsField } from '../../components/form/rows-field.tsx';
import { ZoneField } from '../../components/form/zone-field.tsx';
import { directory } from '../../directory.ts';
import { zoneText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { now } from '../../time/clock.ts';
import { isAdmin } from '../sections.ts';
import type { EntityFormSpec } from './entity-form.tsx';
import { EntityScreen } from './entity-screen.tsx';
import { NameAndId } from './id-field.tsx';
import { weekdayName } from './weekday-name.ts';

interface UnitDraft {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly businessHours: readonly { readonly day: string; readonly from: string; readonly to: string }[];
}

const spec: EntityFormSpec<FullPlanningUnit, UnitDraft> = {
  path: '/planning-units',
  entity: 'planningUnit',
  schema: planningUnitSchema,
  blank: () => ({ id: '', name: '', timeZone: directory.value.tenantTimeZone, businessHours: [] }),
  toDraft: ({ id, name, timeZone, businessHours = [] }) => ({ id, name, timeZone, businessHours }),
  toBody: ({ name, timeZone, businessHours }) => ({
    name,
    timeZone: timeZone.trim(),
    ...(businessHours.length === 0 ? {} : { businessHours }),
  }),
  compared: [
    { key: 'name', label: 'field.name', show: ({ name }) => name },
    { key: 'timeZone', label: 'setup.zone', show: ({ timeZone }) => timeZone },
    { key: 'businessHours', label: 'units.hours', show: ({ businessHours }) => hoursText(businessHours) },
  ],
  fields: (form, isNew) => (
    <>
      <NameAndId form={form} isNew={isNew} />
      <ZoneField form={form} path="timeZone" label={t('setup.zone')} hint={t('units.zoneHint')} />
      <RowsField
        form={form}
        path="businessHours"
        label={t('units.hours')}
        addText={t('units.addHours')}
        blank={() => ({ day: 'monday', from: '08:00', to: '18:00' })}
        row={(path) => (
          <>
            <SelectField
              form={form}
              path={`${path}.day`}
              label={t('units.day')}
              options={weekdays.map((day) => ({ value: day, text: weekdayName(day) }))}
            />
            <TextField form={form} path={`${path}.from`} label={t('field.from')} raw />
            <TextField form={form} path={`${path}.to`} label={t('field.to')} raw />
          </>
        )}
      />
    </>
  ),
};

const hoursText = (hours: UnitDraft['businessHours']): string =>
  hours.map(({ day, from, to }) => `${weekdayName(day)} ${from}–${to}`).join(', ');

/** Groups of people with one time zone. */
export function PlanningUnitsScreen() {
  return (
    <EntityScreen
      spec={spec}
      title="setup.units"
      lead="units.lead"
      addText="units.add"
      editTitle="units.edit"
      emptyText="units.empty"
      deleteText="units.delete"
      mayWrite={isAdmin()}
      mayDelete={({ id }) => id !== defaultPlanningUnitId}
      nameOf={({ name }) => name}
      columns={[
        { key: 'name', header: t('setup.unit'), text: ({ name }) => name },
        { key: 'id', header: t('field.id'), text: ({ id }) => id, kind: 'raw' },
        {
          key: 'timeZone',
          header: t('setup.zone'),
          text: ({ timeZone }) => timeZone,
          cell: ({ timeZone }) => zoneText(timeZone, now.value),
        },
        {
          key: 'hours',
          header: t('units.hours'),
          text: ({ businessHours = [] }) => hoursText(businessHours),
        },
      ]}
    />
  );
}
