import { exceptionSchemaWith } from '@adherence/domain/configuration/entities.ts';
import type { Exception } from '../../api/setup-types.ts';
import { instantOfForm } from '../../components/form/faults-of-schema.ts';
import { SelectField, TextField } from '../../components/form/field.tsx';
import { InstantField, instantText, wallClockText } from '../../components/form/instant-field.tsx';
import { ManyField, personOptions } from '../../components/form/many-field.tsx';
import { directory, teams } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';
import type { EntityFormSpec } from './entity-form.tsx';

export interface ExceptionDraft {
  readonly id: string;
  readonly whom: 'people' | 'teams' | 'everyone';
  readonly personIds: readonly string[];
  readonly teams: readonly string[];
  /** On the wall clock of the tenant. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export const whomText = ({
  personIds = [],
  teams: names = [],
  everyone,
}: Omit<Exception, 'id' | 'from' | 'to' | 'reason'>) =>
  everyone
    ? t('exceptions.everyone')
    : [...names, ...personIds.map((id) => directory.value.people?.get(id)?.name ?? id)].join(', ');

/** Time that is kept out of the score. */
export const exceptionSpec: EntityFormSpec<Exception, ExceptionDraft> = {
  path: '/exceptions',
  entity: 'exception',
  schema: exceptionSchemaWith(instantOfForm),
  blank: () => ({
    id: `exception-${crypto.randomUUID().slice(0, 8)}`,
    whom: 'people',
    personIds: [],
    teams: [],
    from: '',
    to: '',
    reason: '',
  }),
  toDraft: ({ id, personIds = [], teams: names = [], everyone, from, to, reason }) => {
    const zone = directory.value.tenantTimeZone;
    return {
      id,
      whom: everyone ? 'everyone' : names.length > 0 ? 'teams' : 'people',
      personIds,
      teams: names,
      from: wallClockText(from, zone),
      to: wallClockText(to, zone),
      reason,
    };
  },
  toBody: ({ whom, personIds, teams: names, from, to, reason }) => {
    const zone = directory.value.tenantTimeZone;
    return {
      ...(whom === 'everyone' ? { everyone: true } : {}),
      ...(whom !== 'everyone' && personIds.length > 0 ? { personIds } : {}),
      ...(whom !== 'everyone' && names.length > 0 ? { teams: names } : {}),
      from: instantText(from, zone),
      to: instantText(to, zone),
      reason,
    };
  },
  compared: [
    { key: 'whom', label: 'exceptions.whom', show: (draft) => t(`exceptions.whom.${draft.whom}`) },
    {
      key: 'personIds',
      label: 'setup.people',
      show: ({ personIds }) => whomText({ personIds }),
    },
    { key: 'teams', label: 'exceptions.teams', show: ({ teams: names }) => names.join(', ') },
    { key: 'from', label: 'field.from', show: ({ from }) => from.replace('T', ' ') },
    { key: 'to', label: 'field.to', show: ({ to }) => to.replace('T', ' ') },
    { key: 'reason', label: 'exceptions.reason', show: ({ reason }) => reason },
  ],
  faultPath: (path) => (path === '' ? 'whom' : path),
  fields: (form, isNew) => {
    const { whom } = form.draft;
    const zone = directory.value.tenantTimeZone;
    return (
      <>
        <TextField
          form={form}
          path="reason"
          label={t('exceptions.reason')}
          hint={t('exceptions.reasonHint')}
        />
        <SelectField
          form={form}
          path="whom"
          label={t('exceptions.whom')}
          options={(['people', 'teams', 'everyone'] as const).map((value) => ({
            value,
            text: t(`exceptions.whom.${value}`),
          }))}
        />
        {(whom === 'people' || (whom === 'teams' && form.draft.personIds.length > 0)) && (
          <ManyField form={form} path="personIds" label={t('setup.people')} options={personOptions()} />
        )}
        {(whom === 'teams' || (whom === 'people' && form.draft.teams.length > 0)) && (
          <ManyField
            form={form}
            path="teams"
            label={t('exceptions.teams')}
            options={teams.value.map((name) => ({ value: name, text: name }))}
          />
        )}
        <InstantField form={form} path="from" label={t('field.from')} timeZone={zone} />
        <InstantField form={form} path="to" label={t('field.to')} timeZone={zone} />
        {isNew && <TextField form={form} path="id" label={t('field.id')} hint={t('field.idFree')} raw />}
      </>
    );
  },
};
