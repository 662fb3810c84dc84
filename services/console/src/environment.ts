/** What the routes work with, built once (start.ts). */
import type { Command, Outcome } from '@adherence/domain/configuration/command.ts';
import type { LogRecord } from '@adherence/domain/configuration/erasure-plan.ts';
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import type { ConsoleConfig } from './config.ts';
import type { ConfigurationHistory } from './configuration/history.ts';
import type { Journal } from './configuration/journal.ts';
import type { RandomBytes } from './http/tokens.ts';
import type { LiveBoard } from './live/board.ts';
import type { HealthView } from './live/health.ts';
import type { Originals } from './notifications/originals.ts';
import type { PipelineStatus } from './pipeline-status.ts';
import type { ScheduleCommands } from './schedules/commands.ts';
import type { Calculator } from './workers/calculator.ts';

export interface Environment {
  readonly config: ConsoleConfig;
  readonly clock: Clock;
  /** Names this process among those of the console. */
  readonly instanceId: string;
  /** Aborted when the console stops: long answers end. */
  readonly stopping: AbortSignal;
  readonly random: RandomBytes;
  readonly configuration: ConfigurationPort;
  readonly journal: Journal;
  readonly history: ConfigurationHistory;
  readonly database: Database;
  readonly calculator: Calculator;
  readonly schedules: ScheduleCommands;
  readonly codec: Codec;
  /** Resolves when every message is durable. */
  readonly produce: (messages: readonly OutMessage[]) => Promise<void>;
  readonly live: LiveBoard;
  readonly health: HealthView;
  readonly originals: Originals;
  readonly pipeline: (tenantId: string) => Promise<PipelineStatus>;
}

/** The configuration log as the console uses it. */
export interface ConfigurationPort {
  readonly state: () => ConfigurationState;
  /** Next offset to fold: everything below it is in the state. */
  readonly offset: () => number;
  /** Resolves once everything that the log held when it was called is folded. */
  readonly catchUp: () => Promise<void>;
  /** Resolves with what became of the command, once it is durable and folded here. */
  readonly append: (command: Command) => Promise<Outcome>;
  /** The records of the log as it stands, without those deleted from it. Costs reading all of it. */
  readonly readLog: () => Promise<readonly LogRecord[]>;
  /** Deletes records from the log: they are gone when the broker compacts it. */
  readonly remove: (keys: readonly string[]) => Promise<void>;
  /** As `append`, for many, in their order and in few requests to the broker. */
  readonly appendAll: (commands: readonly Command[]) => Promise<Outcome[]>;
}

export interface Database {
  /** Rows as objects; 64-bit integers as numbers. Values of `{name:Type}` come as parameters. */
  query<T>(sql: string, parameters?: Readonly<Record<string, unknown>>): Promise<T[]>;
}
