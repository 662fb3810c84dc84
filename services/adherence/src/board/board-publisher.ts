/**
 * Publishes rows of the live board. One send is in flight; whoever changes meanwhile goes with the next one, each
 * person once, as the person is by then: a send per batch taken would cost more than computing what it says.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Instant } from '@adherence/domain/model.ts';
import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Person } from '../domain/person.ts';
import type { Partition } from '../partition.ts';
import { liveMessages, liveTombstone } from '../settle/results.ts';

export interface BoardPublisher {
  /** Rows of these people may differ from what the board shows. */
  show(partition: Partition, people: Iterable<Person>): void;
  /** Takes a person off the board. */
  remove(partition: Partition, key: string): void;
  /** Resolves when everything told so far is on the topic; rejects when it is not, and keeps it for the next time. */
  flush(): Promise<void>;
  /** The partitions are gone: what waits is for their next owner to show. */
  clear(): void;
}

export interface BoardPublisherOptions {
  readonly producer: Pick<Producer, 'send'>;
  /** Up to when everything that came by is on the board once the rows are. */
  readonly eventsUntil: (partition: Partition) => Instant;
  readonly log: Pick<Log, 'warn'>;
}

/** The newest word on each person, by key; `person` null takes the row away. */
interface Batch {
  readonly rows: Map<string, { readonly partition: Partition; readonly person: Person | null }>;
  readonly sent: PromiseWithResolvers<void>;
}

export function createBoardPublisher({ producer, eventsUntil, log }: BoardPublisherOptions): BoardPublisher {
  const published = new WeakMap<Person, string>();
  let waiting = newBatch();
  let flying: Batch | null = null;
  let running = false;

  function start(): void {
    if (running || waiting.rows.size === 0) return;
    running = true;
    void run();
  }

  async function run(): Promise<void> {
    await othersTurn(); // What one fetch brings is taken partition by partition, and goes together.
    while (running && waiting.rows.size > 0) {
      flying = waiting;
      waiting = newBatch();
      try {
        const messages = messagesOf(flying);
        if (messages.length > 0) await producer.send(messages);
        flying.sent.resolve();
      } catch (error) {
        putBack(flying);
        flying.sent.reject(error);
        log.warn(
          { error: asError(error) },
          'the board is behind; it is shown with the next change or settling',
        );
        running = false;
      }
      flying = null;
    }
    running = false;
  }

  function messagesOf({ rows }: Batch): OutMessage[] {
    const messages: OutMessage[] = [];
    for (const [partition, ofPartition] of Map.groupBy(rows, ([, row]) => row.partition)) {
      const people = ofPartition.flatMap(([, { person }]) => person ?? []);
      messages.push(...liveMessages(partition, people, published, eventsUntil(partition)));
      for (const [key, { person }] of ofPartition) {
        if (person === null) messages.push(liveTombstone(partition, key));
      }
    }
    return messages;
  }

  function putBack({ rows }: Batch): void {
    for (const [key, row] of rows) {
      if (row.person) published.delete(row.person);
      if (!waiting.rows.has(key)) waiting.rows.set(key, row);
    }
  }

  return {
    show(partition, people) {
      for (const person of people) waiting.rows.set(person.key, { partition, person });
      start();
    },
    remove(partition, key) {
      waiting.rows.set(key, { partition, person: null });
      start();
    },
    async flush() {
      const open = [flying?.sent.promise, waiting.rows.size > 0 ? waiting.sent.promise : null];
      start();
      await Promise.all(open);
    },
    clear() {
      waiting.sent.resolve();
      waiting = newBatch();
    },
  };
}

function newBatch(): Batch {
  const sent = Promise.withResolvers<void>();
  sent.promise.catch(() => {}); // Logged where it happens; whoever flushes gets it as well.
  return { rows: new Map(), sent };
}
