/** The configuration of a tenant as the API shows it, without what tells when and by whom it was written. */
import type { ConsoleClient } from './console-client.ts';
import { integrations } from './contact-centre.ts';

const lists = ['/people', '/schedules', '/exceptions', '/planning-units', '/activities'] as const;

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

interface Version extends Record<string, unknown> {
  readonly validFrom: string | null;
}

/** Canonical texts by address. Days off and deleted schedules are the same; versions count by their validFrom. */
export async function configurationView(client: ConsoleClient): Promise<Map<string, string>> {
  const view = new Map<string, string>();
  for (const path of lists) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await client.read<Page>(`${path}?limit=1000${cursor && `&cursor=${cursor}`}`);
      for (const { etag: _, ...item } of page.items) {
        const { id, personId, shiftDate, activities } = item as Record<string, unknown[] & string>;
        if (path === '/schedules' && activities!.length === 0) continue;
        view.set(`${path}/${id ?? `${personId}/${shiftDate}`}`, JSON.stringify(item));
      }
      cursor = page.nextCursor;
    }
  }
  for (const path of ['/settings', '/matches']) {
    const { items } = await client.read<{ items: Version[] }>(`${path}/versions`);
    for (const [validFrom, text] of lastVersions(items)) view.set(`${path} ${validFrom}`, text);
  }
  for (const { id } of integrations) {
    const path = `/integrations/${id}/status-mappings`;
    const { items } = await client.read<{ items: MappingView[] }>(path);
    for (const { status, breakType, activityId, versions = [] } of items) {
      const key = `${path} ${status} ${breakType}`;
      if (activityId === null) view.set(key, 'unmapped');
      for (const [validFrom, text] of lastVersions(versions)) view.set(`${key} ${validFrom}`, text);
    }
  }
  return view;
}

interface MappingView {
  readonly status: string;
  readonly breakType: string | null;
  readonly activityId: string | null;
  readonly versions?: readonly Version[];
}

function lastVersions(versions: readonly Version[]): Map<string, string> {
  return new Map(
    versions.map(({ writtenAt: _, writtenBy: __, ...version }) => [
      String(version.validFrom),
      JSON.stringify(version),
    ]),
  );
}
