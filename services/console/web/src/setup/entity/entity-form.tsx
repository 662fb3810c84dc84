import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { ComponentChildren } from 'preact';
import type { z } from 'zod';
import type { Versioned } from '../../api/client.ts';
import { ConflictPanel } from '../../components/form/conflict-panel.tsx';
import { faultsOfSchema } from '../../components/form/faults-of-schema.ts';
import { FormFrame } from '../../components/form/form-frame.tsx';
import {
  type ComparedField,
  type DocumentForm,
  useDocumentForm,
} from '../../components/form/use-document-form.ts';
import { t } from '../../i18n/translate.ts';

/** What the forms of all documents under an id have in common, said once for each kind. */
export interface EntityFormSpec<V extends { readonly id: string }, D extends { readonly id: string }> {
  /** `/activities` */
  readonly path: string;
  /** `activity`, as `/changes` calls it. */
  readonly entity: string;
  readonly schema: z.ZodType;
  readonly blank: () => D;
  readonly toDraft: (view: V) => D;
  readonly toBody: (draft: D) => unknown;
  readonly compared: readonly ComparedField<D>[];
  readonly faultPath?: (path: string) => string;
  readonly fields: (form: DocumentForm<D>, isNew: boolean) => ComponentChildren;
}

interface EntityFormProps<V extends { readonly id: string }, D extends { readonly id: string }> {
  readonly spec: EntityFormSpec<V, D>;
  /** null for a new one. */
  readonly base: Versioned<V> | null;
  /** What a new one begins with. */
  readonly start?: Partial<D> | undefined;
  readonly onSaved: (saved: V) => void | Promise<void>;
  readonly onCancel?: () => void;
  readonly onDirty?: (isDirty: boolean) => void;
}

export function EntityForm<V extends { readonly id: string }, D extends { readonly id: string }>({
  spec,
  base,
  start,
  onSaved,
  onCancel,
  onDirty,
}: EntityFormProps<V, D>) {
  const isNew = base === null;
  const form = useDocumentForm<V, D>({
    pathOf: ({ id }) => `${spec.path}/${encodeURIComponent(id)}`,
    base,
    initial: base ? spec.toDraft(base.value) : { ...spec.blank(), ...start },
    toDraft: spec.toDraft,
    toBody: spec.toBody,
    schema: spec.schema,
    compared: spec.compared,
    entity: spec.entity,
    ...(spec.faultPath ? { faultPath: spec.faultPath } : {}),
    validateMore: ({ id }) =>
      isNew ? faultsOfSchema(idSchema, id).map((fault) => ({ ...fault, path: 'id' })) : [],
    onSaved: ({ value }) => onSaved(value),
  });
  onDirty?.(form.isDirty);
  return (
    <FormFrame
      form={form}
      submitText={t('form.save')}
      onCancel={onCancel}
      above={<ConflictPanel form={form} />}
    >
      {spec.fields(form, isNew)}
    </FormFrame>
  );
}
