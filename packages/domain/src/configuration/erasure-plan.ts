/**
 * Which records of the configuration log hold data of a person, so that they can be deleted from it. A log must fold
 * to the same without them: commands that were refused because of the person, and would be taken without it, go too.
 */
import { fold } from './decide.ts';
import { type Person, personSchema } from './entities.ts';
import { emptyState } from './tables.ts';

/** A record as it stands on the log; `command` is whatever JSON it holds. */
export interface LogRecord {
  readonly key: string;
  readonly offset: number;
  readonly command: unknown;
}

export interface ErasurePlan {
  /** Keys of the records to delete. */
  readonly keys: readonly string[];
  /** Every external user that the person ever had; what was refused gave it none. */
  readonly users: readonly Person['externalUsers'][number][];
}

/**
 * `log` holds the records of the person's tenant in their order. Costs a few folds of it, so it yields now and then:
 * whoever runs it may let others have their turn.
 */
export function* planErasure(log: readonly LogRecord[], personId: string): Generator<void, ErasurePlan> {
  const own = log.filter(({ command }) => isOf(command, personId));
  if (own.length === 0) return { keys: [], users: [] };
  const gone = new Set(own.map(({ key }) => key));
  const truth = yield* effectsOf(log, new Set());
  for (let isSame = false; !isSame; ) {
    const without = yield* effectsOf(log, gone);
    isSame = true;
    for (const { key, offset } of log) {
      if (gone.has(key) || truth.has(offset) === without.has(offset)) continue;
      // Nothing that had an effect may depend on the person; who makes it so has to think of erasures.
      if (truth.has(offset)) throw new Error(`the record at ${offset} of the configuration needs the person`);
      gone.add(key);
      isSame = false;
    }
  }
  const taken = own.filter(({ offset }) => truth.has(offset));
  return { keys: [...gone], users: taken.flatMap(({ command }) => usersOf(command)) };
}

const recordsPerTurn = 500;

/** Offsets of the records that changed something. */
function* effectsOf(
  log: readonly LogRecord[],
  gone: ReadonlySet<string>,
): Generator<void, ReadonlySet<number>> {
  const effects = new Set<number>();
  let state = emptyState();
  for (const [index, { key, offset, command }] of log.entries()) {
    if (index % recordsPerTurn === recordsPerTurn - 1) yield;
    if (gone.has(key)) continue;
    const folded = fold(state, command, offset);
    state = folded.state;
    if (folded.outcome.ok && folded.outcome.change) effects.add(offset);
  }
  return effects;
}

function isOf(command: unknown, personId: string): boolean {
  const { entity, id } = (command ?? {}) as { entity?: unknown; id?: unknown };
  return entity === 'person' && id === personId;
}

function usersOf(command: unknown): Person['externalUsers'] {
  const parsed = personSchema.safeParse((command as { document?: unknown }).document);
  return parsed.success ? parsed.data.externalUsers : [];
}
