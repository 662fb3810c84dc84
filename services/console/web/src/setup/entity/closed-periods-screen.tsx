import { closedPeriodSchema } from '@adherence/domain/configuration/entities.ts';
import { defaultPlanningUnitId } from '@adherence/domain/configuration/tables.ts';
import type { ClosedPeriod } from '../../api/setup-types.ts';
import { DateField } from '../../components/form/date-field.tsx';
import { CheckField, SelectField, TextField } from '../../components/form/field.tsx';
import { textOrUndefined } from '../../components/form/number-of.ts';
import { directory } from '../../directory.ts';
import { numberText } from '../../format/amount.ts';
import { dateRangeText, longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { isAdmin } from '../sections.ts';
import type { EntityFormSpec } from './entity-form.tsx';
import { EntityScreen } from './entity-screen.tsx';

interface PeriodDraft {
  readonly id: string;
  readonly planningUnitId: string;
  readonly from: string;
  readonly to: string;
  readonly note: string;
  readonly forced: boolean;
}

const spec: EntityFormSpec<ClosedPeriod, PeriodDraft> = {
  path: '/closed-periods',
  entity: 'closedPeriod',
  schema: closedPeriodSchema,
  blank: () => ({
    id: `period-${crypto.randomUUID().slice(0, 8)}`,
    planningUnitId: defaultPlanningUnitId,
    from: '',
    to: '',
    note: '',
    forced: false,
  }),
  toDraft: ({ id, planningUnitId, from, to, note, forced }) => ({
    id,
    planningUnitId,
    from,
    to,
    note: note ?? '',
    forced: forced === true,
  }),
  toBody: ({ planningUnitId, from, to, note, forced }) => {
    const text = textOrUndefined(note);
    return {
      planningUnitId,
      from,
      to,
      ...(text === undefined ? {} : { note: text }),
      ...(forced ? { forced: true } : {}),
    };
  },
  compared: [
    { key: 'planningUnitId', label: 'setup.unit', show: ({ planningUnitId }) => unitName(planningUnitId) },
    { key: 'from', label: 'field.from', show: ({ from }) => from },
    { key: 'to', label: 'field.to', show: ({ to }) => to },
    { key: 'note', label: 'periods.note', show: ({ note }) => note },
    { key: 'forced', label: 'periods.forced', show: ({ forced }) => t(forced ? 'yes' : 'no') },
  ],
  fields: (form, isNew) => (
    <>
      <SelectField
        form={form}
        path="planningUnitId"
        label={t('setup.unit')}
        options={[...directory.value.units.values()].map(({ id, name }) => ({ value: id, text: name }))}
      />
      <DateField form={form} path="from" label={t('field.from')} />
      <DateField form={form} path="to" label={t('field.to')} hint={t('periods.toHint')} />
      <TextField form={form} path="note" label={t('periods.note')} optional />
      <CheckField form={form} path="forced" label={t('periods.forced')} hint={t('periods.forcedHint')} />
      {isNew && <TextField form={form} path="id" label={t('field.id')} hint={t('field.idFree')} raw />}
    </>
  ),
};

const unitName = (id: string): string => directory.value.units.get(id)?.name ?? id;
const rangeText = ({ from, to }: ClosedPeriod): string => dateRangeText(from, to);

/** Pay periods whose numbers stand, whatever is corrected later. */
export function ClosedPeriodsScreen() {
  const zone = directory.value.tenantTimeZone;
  return (
    <EntityScreen
      spec={spec}
      title="setup.periods"
      lead="periods.lead"
      addText="periods.add"
      editTitle="periods.edit"
      emptyText="periods.empty"
      deleteText="periods.delete"
      mayWrite={isAdmin()}
      nameOf={(period) => `${unitName(period.planningUnitId)}, ${rangeText(period)}`}
      columns={[
        {
          key: 'range',
          header: t('periods.range'),
          text: ({ from, to }) => `${from} – ${to}`,
          cell: rangeText,
        },
        { key: 'unit', header: t('setup.unit'), text: ({ planningUnitId }) => unitName(planningUnitId) },
        { key: 'note', header: t('periods.note'), text: ({ note }) => note ?? '' },
        {
          key: 'people',
          header: t('setup.people'),
          kind: 'number',
          text: ({ people }) => String(people),
          cell: ({ people }) => numberText(people),
          order: ({ people }) => people,
        },
        {
          key: 'closed',
          header: t('periods.closedAt'),
          kind: 'time',
          text: ({ closedAt }) => longDateTimeText(Date.parse(closedAt), zone),
          order: ({ closedAt }) => Date.parse(closedAt),
        },
        { key: 'forced', header: t('periods.forced'), text: ({ forced }) => t(forced ? 'yes' : 'no') },
        { key: 'id', header: t('field.id'), text: ({ id }) => id, hidden: true },
      ]}
    />
  );
}
