/** The live board in memory: the last row of every person, from the compacted topic, and who watches them change. */
import type { Instant } from '@adherence/domain/model.ts';
import type { Batch, Broker } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { Freshness } from './health.ts';
import type { LiveRow } from './row.ts';

export interface LiveBoard {
  readonly rows: (tenantId: string) => Iterable<LiveRow>;
  readonly row: (tenantId: string, personId: string) => LiveRow | null;
  /** The newest that any row of the tenant tells; nulls while there is none. */
  readonly freshness: (tenantId: string) => Freshness;
  /** Number of the last change; changes are numbered without holes while this process lives. */
  readonly position: () => number;
  /** Who changed after a position, each once; null when that is too long ago. */
  readonly changedSince: (tenantId: string, position: number) => readonly string[] | null;
  /** Called after each change of a person's row, or of what the configuration says of the person. */
  readonly watch: (tenantId: string, watcher: (personId: string, position: number) => void) => () => void;
  /** A change of the configuration that shows on the board. */
  readonly touch: (tenantId: string, personId: string) => void;
  readonly caughtUp: Promise<void>;
  readonly failed: Promise<never>;
  readonly close: () => Promise<void>;
}

export interface BoardMemory extends Omit<LiveBoard, 'caughtUp' | 'failed' | 'close'> {
  readonly take: (batch: Batch) => void;
}

/** `onWatchers` is told how many watch, whenever that changes. */
export async function followLive(broker: Broker, onWatchers?: (count: number) => void): Promise<LiveBoard> {
  const { take, ...memory } = createBoard(keptChanges, onWatchers);
  const tail = await broker.tail({ topic: topics.live.name, from: 'beginning' }, take);
  return { ...memory, caughtUp: tail.caughtUp, failed: tail.failed, close: () => tail.close() };
}

/** Changes kept for watchers that come back. */
const keptChanges = 50_000;

export function createBoard(kept = keptChanges, onWatchers = (_count: number): void => {}): BoardMemory {
  const tenants = new Map<string, Map<string, LiveRow>>();
  const freshness = new Map<string, Freshness>();
  const watchers = new Map<string, Set<(personId: string, position: number) => void>>();
  const changes: { readonly tenantId: string; readonly personId: string }[] = [];
  let position = 0;
  let watching = 0;

  const touch = (tenantId: string, personId: string): void => {
    position++;
    changes.push({ tenantId, personId });
    if (changes.length >= 2 * kept) changes.splice(0, changes.length - kept);
    for (const watcher of watchers.get(tenantId) ?? []) watcher(personId, position);
  };

  const put = (row: LiveRow): void => {
    const { tenantId, personId, asOf, eventsUntil } = row;
    let rows = tenants.get(tenantId);
    if (!rows) {
      rows = new Map();
      tenants.set(tenantId, rows);
    }
    rows.set(personId, row);
    const known = freshness.get(tenantId);
    freshness.set(tenantId, {
      asOf: latest(known?.asOf, asOf),
      eventsUntil: latest(known?.eventsUntil, eventsUntil),
    });
    touch(tenantId, personId);
  };

  return {
    take({ messages }) {
      for (const { key, value } of messages) {
        if (value !== null) {
          put(JSON.parse(value.toString('utf8')) as LiveRow);
          continue;
        }
        const [tenantId = '', personId = ''] = (key ?? '').split('|');
        if (tenants.get(tenantId)?.delete(personId)) touch(tenantId, personId);
      }
    },
    rows: (tenantId) => tenants.get(tenantId)?.values() ?? [],
    row: (tenantId, personId) => tenants.get(tenantId)?.get(personId) ?? null,
    freshness: (tenantId) => freshness.get(tenantId) ?? { asOf: null, eventsUntil: null },
    position: () => position,
    changedSince(tenantId, since) {
      const first = position - changes.length;
      if (since < first || since > position) return null;
      const changed = changes.slice(since - first).filter((change) => change.tenantId === tenantId);
      return [...new Set(changed.map(({ personId }) => personId))];
    },
    watch(tenantId, watcher) {
      let set = watchers.get(tenantId);
      if (!set) {
        set = new Set();
        watchers.set(tenantId, set);
      }
      set.add(watcher);
      onWatchers(++watching);
      return () => {
        if (set.delete(watcher)) onWatchers(--watching);
        if (set.size === 0) watchers.delete(tenantId);
      };
    },
    touch,
  };
}

function latest(a: Instant | null | undefined, b: Instant | null): Instant | null {
  if (a === null || a === undefined) return b;
  return b === null ? a : Math.max(a, b);
}
