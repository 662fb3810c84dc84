import { defaultActivityId } from '@adherence/domain/compute/rules.ts';
import { activitySchema } from '@adherence/domain/configuration/entities.ts';
import { activityTypes } from '@adherence/domain/model.ts';
import type { Activity } from '../../api/types.ts';
import { ActivityName } from '../../components/activity-name.tsx';
import { ColourField, SelectField } from '../../components/form/field.tsx';
import { textOrUndefined } from '../../components/form/number-of.ts';
import { t } from '../../i18n/translate.ts';
import { isAdmin } from '../sections.ts';
import type { EntityFormSpec } from './entity-form.tsx';
import { EntityScreen } from './entity-screen.tsx';
import { NameAndId } from './id-field.tsx';

interface ActivityDraft {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly color: string;
}

const spec: EntityFormSpec<Activity, ActivityDraft> = {
  path: '/activities',
  entity: 'activity',
  schema: activitySchema,
  blank: () => ({ id: '', name: '', type: 'Presence', color: '' }),
  toDraft: ({ id, name, type, color }) => ({ id, name, type, color: color ?? '' }),
  toBody: ({ name, type, color }) => {
    const colour = textOrUndefined(color);
    return { name, type, ...(colour === undefined ? {} : { color: colour }) };
  },
  compared: [
    { key: 'name', label: 'field.name', show: ({ name }) => name },
    { key: 'type', label: 'setup.type', show: ({ type }) => typeName(type) },
    { key: 'color', label: 'field.colour', show: ({ color }) => color },
  ],
  fields: (form, isNew) => (
    <>
      <NameAndId form={form} isNew={isNew} />
      <SelectField
        form={form}
        path="type"
        label={t('setup.type')}
        hint={t('activities.typeHint')}
        options={activityTypes.map((type) => ({ value: type, text: typeName(type) }))}
      />
      <ColourField
        form={form}
        path="color"
        label={t('field.colour')}
        hint={t('activities.colourHint')}
        optional
      />
    </>
  ),
};

const typeName = (type: string): string => t(`type.${type as Activity['type']}`);

/** What people can be scheduled for, and do. */
export function ActivitiesScreen() {
  return (
    <EntityScreen
      spec={spec}
      title="setup.activities"
      lead="activities.lead"
      addText="activities.add"
      editTitle="activities.edit"
      emptyText="activities.empty"
      deleteText="activities.delete"
      mayWrite={isAdmin()}
      mayDelete={({ id }) => id !== defaultActivityId}
      nameOf={({ name }) => name}
      columns={[
        {
          key: 'name',
          header: t('setup.activity'),
          text: ({ name }) => name,
          cell: ({ id }) => <ActivityName activityId={id} />,
        },
        { key: 'id', header: t('field.id'), text: ({ id }) => id, kind: 'raw' },
        { key: 'type', header: t('setup.type'), text: ({ type }) => typeName(type) },
        { key: 'color', header: t('field.colour'), text: ({ color }) => color ?? '', kind: 'raw' },
      ]}
    />
  );
}
