import { settingsSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { graceModes } from '@adherence/domain/model.ts';
import type { FullSettings } from '../../api/setup-types.ts';
import { instantOfForm } from '../../components/form/faults-of-schema.ts';
import { FieldGroup, NumberField, SelectField } from '../../components/form/field.tsx';
import { numberOf } from '../../components/form/number-of.ts';
import { amountText, percentText } from '../../format/amount.ts';
import { t } from '../../i18n/translate.ts';
import { usualValidFrom, type ValidFromDraft, validFromBody } from '../frame/valid-from.tsx';
import { RetentionPanel } from './retention-panel.tsx';
import { VersionScreen, type VersionSpec } from './version-screen.tsx';

const buffers = ['notPresent', 'wrongActivity', 'notScheduled'] as const;

interface SettingsDraft extends ValidFromDraft {
  /** In per cent. */
  readonly targetScore: string;
  readonly bufferSeconds: Readonly<Record<(typeof buffers)[number], string>>;
  readonly graceMode: string;
  readonly missingLogout: { readonly afterShiftEndSeconds: string; readonly maxStatusSeconds: string };
}

/** Per cent as typed -> ratio, without the dust of binary fractions. */
const ratioOf = (percent: string): number | undefined => {
  const number = numberOf(percent);
  return number === undefined ? undefined : Number((number / 100).toFixed(6));
};

const spec: VersionSpec<FullSettings, SettingsDraft> = {
  path: '/settings',
  title: 'setup.settings',
  lead: 'settings.lead',
  schema: settingsSchemaWith(instantOfForm),
  toDraft: ({ targetScore, bufferSeconds, graceMode, missingLogout }) => ({
    targetScore: String(Number((targetScore * 100).toFixed(4))),
    bufferSeconds: {
      notPresent: String(bufferSeconds.notPresent),
      wrongActivity: String(bufferSeconds.wrongActivity),
      notScheduled: String(bufferSeconds.notScheduled),
    },
    graceMode,
    missingLogout: {
      afterShiftEndSeconds: String(missingLogout.afterShiftEndSeconds),
      maxStatusSeconds: String(missingLogout.maxStatusSeconds),
    },
    ...usualValidFrom,
  }),
  toBody: ({ targetScore, bufferSeconds, graceMode, missingLogout, ...draft }) => ({
    targetScore: given(ratioOf(targetScore)),
    bufferSeconds: {
      notPresent: given(numberOf(bufferSeconds.notPresent)),
      wrongActivity: given(numberOf(bufferSeconds.wrongActivity)),
      notScheduled: given(numberOf(bufferSeconds.notScheduled)),
    },
    graceMode,
    missingLogout: {
      afterShiftEndSeconds: given(numberOf(missingLogout.afterShiftEndSeconds)),
      maxStatusSeconds: given(numberOf(missingLogout.maxStatusSeconds)),
    },
    ...validFromBody(draft),
  }),
  compared: [
    { key: 'targetScore', label: 'settings.target', show: ({ targetScore }) => `${targetScore} %` },
    {
      key: 'bufferSeconds',
      label: 'settings.buffers',
      show: ({ bufferSeconds }) =>
        buffers.map((key) => `${bufferName(key)}: ${bufferSeconds[key]} s`).join(', '),
    },
    { key: 'graceMode', label: 'settings.grace', show: ({ graceMode }) => graceName(graceMode) },
    {
      key: 'missingLogout',
      label: 'settings.missingLogout',
      show: ({ missingLogout: { afterShiftEndSeconds, maxStatusSeconds } }) =>
        `${afterShiftEndSeconds} s, ${maxStatusSeconds} s`,
    },
  ],
  fields: (form) => (
    <>
      <NumberField
        form={form}
        path="targetScore"
        label={t('settings.target')}
        unit="%"
        hint={t('settings.targetHint')}
      />
      <FieldGroup legend={t('settings.buffers')}>
        <p class="hint">{t('settings.buffersHint')}</p>
        <div class="field-row">
          {buffers.map((key) => (
            <NumberField
              key={key}
              form={form}
              path={`bufferSeconds.${key}`}
              label={bufferName(key)}
              unit="s"
            />
          ))}
        </div>
      </FieldGroup>
      <SelectField
        form={form}
        path="graceMode"
        label={t('settings.grace')}
        hint={t(`settings.graceHint.${form.draft.graceMode as FullSettings['graceMode']}`)}
        options={graceModes.map((mode) => ({ value: mode, text: graceName(mode) }))}
      />
      <FieldGroup legend={t('settings.missingLogout')}>
        <p class="hint">{t('settings.missingLogoutHint')}</p>
        <div class="field-row">
          <NumberField
            form={form}
            path="missingLogout.afterShiftEndSeconds"
            label={t('settings.afterShiftEnd')}
            unit="s"
          />
          <NumberField
            form={form}
            path="missingLogout.maxStatusSeconds"
            label={t('settings.maxStatus')}
            unit="s"
          />
        </div>
      </FieldGroup>
    </>
  ),
  columns: [],
};

/** null where nothing was typed: the schema's defaults are not what an empty field means. */
const given = (value: number | undefined): number | null => value ?? null;

const bufferName = (key: (typeof buffers)[number]): string => t(`metric.${key}`);
const graceName = (mode: string): string => t(`settings.grace.${mode as FullSettings['graceMode']}`);

/** Target, buffers, grace and the missing-logout policy; how long data is kept. */
export function SettingsScreen() {
  return (
    <>
      <VersionScreen
        spec={{
          ...spec,
          columns: [
            {
              key: 'target',
              header: t('settings.target'),
              kind: 'number',
              text: ({ targetScore }) => percentText(targetScore, 0),
              order: ({ targetScore }) => targetScore,
            },
            ...buffers.map((key) => ({
              key,
              header: t('settings.bufferOf', { type: bufferName(key) }),
              kind: 'number' as const,
              text: ({ bufferSeconds }: FullSettings) => amountText(bufferSeconds[key] * 1000),
              order: ({ bufferSeconds }: FullSettings) => bufferSeconds[key],
            })),
            { key: 'grace', header: t('settings.grace'), text: ({ graceMode }) => graceName(graceMode) },
          ],
        }}
      />
      <RetentionPanel />
    </>
  );
}
