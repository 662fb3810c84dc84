/** Documents of the configuration as people may read them. */
import type { EntityKind, Integration } from '@adherence/domain/configuration/entities.ts';
import { isoText } from '../http/instant.ts';

/** Hashes and passwords go, instants become text. */
export function shownDocument(entity: EntityKind, document: object | null): object | null {
  if (document === null) return null;
  const { hash: _, ...rest } = document as Record<string, unknown>;
  if (entity === 'integration') {
    rest.breakDetail = withoutPassword((document as Integration).breakDetail);
  }
  return withTimes(rest, entity === 'closedPeriod' ? noFields : instantFields) as object;
}

export function withoutPassword(
  breakDetail: Integration['breakDetail'],
): { url: string; username: string } | null {
  return breakDetail && { url: breakDetail.url, username: breakDetail.username };
}

const instantFields: ReadonlySet<string> = new Set(['from', 'to', 'validFrom', 'validTo']);
const noFields: ReadonlySet<string> = new Set();

function withTimes(value: unknown, fields: ReadonlySet<string>, field = ''): unknown {
  if (typeof value === 'number' && fields.has(field)) return isoText(value);
  if (Array.isArray(value)) return value.map((each) => withTimes(each, fields));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTimes(each, fields, key)]));
}
