import { matchesSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { activityTypes } from '@adherence/domain/model.ts';
import type { Matches, MatchRule } from '../../api/setup-types.ts';
import { activityName } from '../../components/activity-name.tsx';
import { instantOfForm } from '../../components/form/faults-of-schema.ts';
import { SelectField, type SelectOption } from '../../components/form/field.tsx';
import { RowsField } from '../../components/form/rows-field.tsx';
import { directory } from '../../directory.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { usualValidFrom, type ValidFromDraft, validFromBody } from '../frame/valid-from.tsx';
import { VersionScreen, type VersionSpec } from './version-screen.tsx';

interface MatchesDraft extends ValidFromDraft {
  readonly rules: readonly MatchRule[];
}

const spec: VersionSpec<Matches, MatchesDraft> = {
  path: '/matches',
  title: 'setup.matches',
  lead: 'matches.lead',
  schema: matchesSchemaWith(instantOfForm),
  toDraft: ({ rules }) => ({ rules, ...usualValidFrom }),
  toBody: ({ rules, ...draft }) => ({ rules, ...validFromBody(draft) }),
  compared: [{ key: 'rules', label: 'matches.rules', show: ({ rules }) => rulesText(rules) }],
  fields: (form) => (
    <RowsField
      form={form}
      path="rules"
      label={t('matches.rules')}
      hint={t('matches.hint')}
      addText={t('matches.add')}
      blank={() => ({ actual: 'offline', scheduled: 'type:Break' })}
      row={(path) => (
        <>
          <SelectField
            form={form}
            path={`${path}.actual`}
            label={t('matches.actual')}
            options={[{ value: 'offline', text: t('activity.offline') }, ...operands()]}
          />
          <SelectField
            form={form}
            path={`${path}.scheduled`}
            label={t('matches.scheduled')}
            options={operands()}
          />
        </>
      )}
    />
  ),
  columns: [
    { key: 'rules', header: '', text: ({ rules }) => rulesText(rules) },
    { key: 'count', header: '', text: ({ rules }) => String(rules.length), hidden: true },
  ],
};

/** Which actual activity also satisfies which scheduled one. */
export function MatchesScreen() {
  const [rules, count] = spec.columns;
  return (
    <VersionScreen
      spec={{
        ...spec,
        columns: [
          { ...rules!, header: t('matches.rules') },
          { ...count!, header: t('setup.count') },
        ],
      }}
    />
  );
}

const operands = (): SelectOption[] => [
  ...activityTypes.map((type) => ({ value: `type:${type}`, text: operandText(`type:${type}`) })),
  ...[...directory.value.activities.values()].map(({ id, name }) => ({
    value: `activity:${id}`,
    text: name,
  })),
];

function operandText(operand: string): string {
  if (operand === 'offline') return t('activity.offline');
  const [kind, name = ''] = operand.split(/:(.*)/s);
  return kind === 'type'
    ? t('matches.anyOfType', { type: t(`type.${name}` as MessageKey) })
    : activityName(name);
}

const rulesText = (rules: readonly MatchRule[]): string =>
  rules.map(({ actual, scheduled }) => `${operandText(actual)} → ${operandText(scheduled)}`).join('; ');
