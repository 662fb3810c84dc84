import { deleteAt, postJson } from '../../api/client.ts';
import type { MappedStatus } from '../../api/setup-types.ts';
import { integrationPath } from '../guide/load-guide.ts';

/** `BREAK`, `BREAK / lunch`, `BREAK / *` where break types are told apart. */
export const statusName = ({ status, breakType }: Pick<MappedStatus, 'status' | 'breakType'>): string =>
  breakType === null ? status : `${status} / ${breakType}`;

export const statusKeyOf = ({ status, breakType }: Pick<MappedStatus, 'status' | 'breakType'>): string =>
  JSON.stringify([status, breakType]);

export interface MappingInput {
  readonly status: string;
  readonly breakType: string | null;
  readonly activityId: string;
  /** ISO 8601; null = always; absent = always for the first mapping of a status, now for a later one. */
  readonly validFrom?: string | null;
}

/** Maps under the tag of the version that was seen; an ApiError of 412 when somebody else was first. */
export async function mapStatus(
  integrationId: string,
  input: MappingInput,
  etag: string | null,
): Promise<void> {
  await postJson(`${integrationPath(integrationId)}/status-mappings`, input, etag);
}

export async function unmapStatus(
  integrationId: string,
  { status, breakType, etag }: MappedStatus,
): Promise<void> {
  await deleteAt(
    `${integrationPath(integrationId)}/status-mappings`,
    { status, breakType: breakType ?? undefined },
    etag ?? null,
  );
}
