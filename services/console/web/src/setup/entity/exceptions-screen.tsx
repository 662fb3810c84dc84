import type { Exception } from '../../api/setup-types.ts';
import { directory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { mayPlan } from '../sections.ts';
import { EntityScreen } from './entity-screen.tsx';
import { exceptionSpec, whomText } from './exception-spec.tsx';

/** Approved time that never lowers a score: outages, training, visits to the doctor. */
export function ExceptionsScreen() {
  const zone = directory.value.tenantTimeZone;
  const time = (key: 'from' | 'to') => ({
    key,
    header: t(`field.${key}`),
    kind: 'time' as const,
    text: (exception: Exception) => longDateTimeText(Date.parse(exception[key]), zone),
    order: (exception: Exception) => Date.parse(exception[key]),
  });
  return (
    <EntityScreen
      spec={exceptionSpec}
      title="setup.exceptions"
      lead="exceptions.lead"
      addText="exceptions.add"
      editTitle="exceptions.edit"
      emptyText="exceptions.empty"
      deleteText="exceptions.delete"
      mayWrite={mayPlan()}
      nameOf={({ reason }) => reason}
      columns={[
        { key: 'reason', header: t('exceptions.reason'), text: ({ reason }) => reason },
        { key: 'whom', header: t('exceptions.whom'), text: whomText },
        time('from'),
        time('to'),
        { key: 'id', header: t('field.id'), text: ({ id }) => id, kind: 'raw', hidden: true },
      ]}
    />
  );
}
