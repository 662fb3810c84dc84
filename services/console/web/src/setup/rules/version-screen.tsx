import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { z } from 'zod';
import { getJson, getVersioned, type Versioned } from '../../api/client.ts';
import { useRequest } from '../../api/use-request.ts';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ConflictPanel } from '../../components/form/conflict-panel.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import {
  type ComparedField,
  type DocumentForm,
  useDocumentForm,
} from '../../components/form/use-document-form.ts';
import { LocalTable } from '../../components/table/local-table.tsx';
import type { Column } from '../../components/table/table-view.ts';
import { directory, reloadDirectory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { type ValidFromDraft, ValidFromFields, validFromFaults } from '../frame/valid-from.tsx';
import { isAdmin } from '../sections.ts';

/** A document of which a tenant has one, in versions. */
export interface VersionSpec<V, D extends ValidFromDraft> {
  readonly path: '/matches' | '/settings';
  readonly title: MessageKey;
  readonly lead: MessageKey;
  readonly schema: z.ZodType;
  readonly toDraft: (view: V) => D;
  readonly toBody: (draft: D) => unknown;
  readonly compared: readonly ComparedField<D>[];
  readonly faultPath?: (path: string) => string;
  readonly fields: (form: DocumentForm<D>) => ComponentChildren;
  /** Of the list of versions: what such a document says. */
  readonly columns: readonly Column<V>[];
}

type WrittenVersion<V> = V & {
  readonly validFrom: string | null;
  readonly writtenBy: string;
  readonly writtenByName: string | null;
  readonly writtenAt: string;
};

interface Loaded<V> {
  readonly current: Versioned<V>;
  readonly versions: readonly WrittenVersion<V>[];
}

/** The form of the version that is written next, and those that were written. */
export function VersionScreen<V, D extends ValidFromDraft>({ spec }: { readonly spec: VersionSpec<V, D> }) {
  const [round, setRound] = useState(0);
  const { data, error, reload } = useRequest(
    `${spec.path}|${round}`,
    async (signal): Promise<Loaded<V> & { round: number }> => {
      const [current, { items }] = await Promise.all([
        getVersioned<V>(spec.path, signal),
        getJson<{ items: WrittenVersion<V>[] }>(`${spec.path}/versions`, {}, signal),
      ]);
      return { current, versions: items, round };
    },
  );
  return (
    <>
      <ScreenHead title={t(spec.title)} lead={t(spec.lead)} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <>
          <VersionForm
            key={data.round}
            spec={spec}
            base={data.current}
            isFirst={data.versions.length === 0}
            onSaved={() => setRound(round + 1)}
          />
          <Versions spec={spec} versions={data.versions} />
        </>
      )}
    </>
  );
}

interface VersionFormProps<V, D extends ValidFromDraft> {
  readonly spec: VersionSpec<V, D>;
  readonly base: Versioned<V>;
  readonly isFirst: boolean;
  readonly onSaved: () => void;
}

function VersionForm<V, D extends ValidFromDraft>({ spec, base, isFirst, onSaved }: VersionFormProps<V, D>) {
  const form = useDocumentForm<V, D>({
    pathOf: () => spec.path,
    base,
    initial: spec.toDraft(base.value),
    toDraft: spec.toDraft,
    toBody: spec.toBody,
    schema: spec.schema,
    compared: spec.compared,
    entity: spec.path.slice(1),
    validateMore: validFromFaults,
    ...(spec.faultPath ? { faultPath: spec.faultPath } : {}),
    async onSaved() {
      tell(t('versions.saved'));
      onSaved();
      await reloadDirectory();
    },
  });
  return (
    <div class="panel form-panel">
      <fieldset class="plain" disabled={!isAdmin()}>
        <FormFrame form={form} submitText={t('form.save')} above={<ConflictPanel form={form} />}>
          {spec.fields(form)}
          <ValidFromFields form={form} isFirst={isFirst} />
        </FormFrame>
      </fieldset>
      {!isAdmin() && <p class="hint">{t('setup.readOnly')}</p>}
    </div>
  );
}

interface VersionsProps<V, D extends ValidFromDraft> {
  readonly spec: VersionSpec<V, D>;
  readonly versions: readonly WrittenVersion<V>[];
}

function Versions<V, D extends ValidFromDraft>({ spec, versions }: VersionsProps<V, D>) {
  const zone = directory.value.tenantTimeZone;
  const time = (at: string) => longDateTimeText(Date.parse(at), zone);
  return (
    <section class="section" aria-labelledby="versions-title">
      <h2 id="versions-title">{t('versions.title')}</h2>
      <p class="muted">{t('versions.help')}</p>
      <LocalTable
        name={`${spec.path.slice(1)}-versions`}
        label={t('versions.title')}
        pageSize={20}
        rows={versions}
        rowKey={({ writtenAt, validFrom }) => `${writtenAt}|${validFrom}`}
        rowName={({ writtenAt }) => time(writtenAt)}
        columns={[
          {
            key: 'validFrom',
            header: t('validFrom.label'),
            kind: 'time',
            text: ({ validFrom }) => (validFrom === null ? t('versions.always') : time(validFrom)),
            order: ({ validFrom }) => (validFrom === null ? 0 : Date.parse(validFrom)),
          },
          ...spec.columns,
          {
            key: 'writtenAt',
            header: t('changes.when'),
            kind: 'time',
            text: ({ writtenAt }) => time(writtenAt),
            order: ({ writtenAt }) => Date.parse(writtenAt),
          },
          {
            key: 'writtenBy',
            header: t('changes.who'),
            text: ({ writtenBy, writtenByName }) => writtenByName ?? writtenBy,
          },
        ]}
        empty={<p>{t('versions.none')}</p>}
      />
    </section>
  );
}
