import { breakDetailUrlSchema, integrationSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import type { FullIntegration } from '../../api/setup-types.ts';
import { CheckField, FieldGroup, NumberField, TextField } from '../../components/form/field.tsx';
import { numberOf, textOrUndefined } from '../../components/form/number-of.ts';
import { ZoneField } from '../../components/form/zone-field.tsx';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';
import { BreakDetailTest } from '../guide/break-detail-test.tsx';
import type { EntityFormSpec } from './entity-form.tsx';
import { NameAndId } from './id-field.tsx';

export interface IntegrationDraft {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly contact: { readonly name: string; readonly email: string; readonly phone: string };
  readonly withBreaks: boolean;
  /** The password is never read back; empty keeps the stored one. */
  readonly breakDetail: { readonly url: string; readonly username: string; readonly password: string };
  readonly feedGapSeconds: string;
}

const schema = integrationSchemaWith(
  z.strictObject({
    url: breakDetailUrlSchema,
    username: z.string().trim().min(1, 'must not be empty').max(200),
    password: z.string().max(500).optional(),
  }),
);

/** One connection to an Odigo platform. */
export const integrationSpec: EntityFormSpec<FullIntegration, IntegrationDraft> = {
  path: '/integrations',
  entity: 'integration',
  schema,
  blank: () => ({
    id: '',
    name: '',
    timeZone: directory.value.tenantTimeZone,
    contact: { name: '', email: '', phone: '' },
    withBreaks: false,
    breakDetail: { url: '', username: '', password: '' },
    feedGapSeconds: '300',
  }),
  toDraft: ({ id, name, timeZone, contact, breakDetail, feedGapSeconds }) => ({
    id,
    name,
    timeZone,
    contact: { name: contact.name, email: contact.email, phone: contact.phone ?? '' },
    withBreaks: breakDetail !== null,
    breakDetail: { url: breakDetail?.url ?? '', username: breakDetail?.username ?? '', password: '' },
    feedGapSeconds: feedGapSeconds === null ? '' : String(feedGapSeconds),
  }),
  toBody: ({ name, timeZone, contact, withBreaks, breakDetail, feedGapSeconds }) => {
    const phone = textOrUndefined(contact.phone);
    const { url, username, password } = breakDetail;
    return {
      name,
      timeZone: timeZone.trim(),
      contact: { name: contact.name, email: contact.email.trim(), ...(phone === undefined ? {} : { phone }) },
      breakDetail: withBreaks
        ? { url: url.trim(), username, ...(password === '' ? {} : { password }) }
        : null,
      feedGapSeconds: numberOf(feedGapSeconds) ?? null,
    };
  },
  compared: [
    { key: 'name', label: 'field.name', show: ({ name }) => name },
    { key: 'timeZone', label: 'setup.zone', show: ({ timeZone }) => timeZone },
    {
      key: 'contact',
      label: 'integration.contact',
      show: ({ contact }) => [contact.name, contact.email, contact.phone].filter(Boolean).join(', '),
    },
    {
      key: 'withBreaks',
      label: 'integration.breaks',
      show: ({ withBreaks }) => t(withBreaks ? 'yes' : 'no'),
    },
    {
      key: 'breakDetail',
      label: 'integration.service',
      show: ({ breakDetail: { url, username, password } }) =>
        [url, username, password === '' ? '' : t('integration.newPassword')].filter(Boolean).join(', '),
    },
    { key: 'feedGapSeconds', label: 'integration.feedGap', show: ({ feedGapSeconds }) => feedGapSeconds },
  ],
  fields: (form, isNew) => (
    <>
      <NameAndId form={form} isNew={isNew} nameHint={t('integration.nameHint')} />
      <ZoneField form={form} path="timeZone" label={t('setup.zone')} hint={t('integration.zoneHint')} />
      <FieldGroup legend={t('integration.contact')}>
        <TextField form={form} path="contact.name" label={t('integration.contactName')} autocomplete="name" />
        <TextField
          form={form}
          path="contact.email"
          label={t('integration.contactEmail')}
          type="email"
          autocomplete="email"
        />
        <TextField
          form={form}
          path="contact.phone"
          label={t('integration.contactPhone')}
          type="tel"
          autocomplete="tel"
          optional
        />
      </FieldGroup>
      <NumberField
        form={form}
        path="feedGapSeconds"
        label={t('integration.feedGap')}
        hint={t('integration.feedGapHint')}
        unit="s"
        optional
      />
      <FieldGroup legend={t('integration.service')}>
        <CheckField
          form={form}
          path="withBreaks"
          label={t('integration.breaks')}
          hint={t('integration.breaksHint')}
        />
        {form.draft.withBreaks && (
          <>
            <TextField
              form={form}
              path="breakDetail.url"
              label={t('integration.url')}
              hint={t('integration.urlHint')}
              type="url"
              raw
            />
            <TextField form={form} path="breakDetail.username" label={t('integration.username')} raw />
            <TextField
              form={form}
              path="breakDetail.password"
              label={t('integration.password')}
              hint={t(isNew ? 'integration.passwordNew' : 'integration.passwordKept')}
              type="password"
              autocomplete="new-password"
            />
            <BreakDetailTest id={form.draft.id} isNew={isNew} draft={form.draft.breakDetail} />
          </>
        )}
      </FieldGroup>
    </>
  ),
};
