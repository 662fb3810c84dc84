/** Whether notifications can be taken now: the tables are followed, and the broker answers or the spool has room. */
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { type Clock, within } from '@adherence/runtime/clock.ts';
import { DeadlineError, isOperational } from '@adherence/runtime/errors.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface ReadinessOptions {
  readonly broker: Pick<Broker, 'endOffsets'>;
  readonly configurationFailed: Promise<never>;
  /** What is accepted now would be durable without the broker. */
  readonly spoolTakes: () => boolean;
  readonly clock: Clock;
}

const limitMs = 1_000;
/** An answer holds so long: probes of many load balancers cost the broker one question. */
const holdMs = 1_000;

/** Names what is missing; empty when ready. */
export function createReadiness(options: ReadinessOptions): () => Promise<readonly string[]> {
  const { broker, configurationFailed, spoolTakes, clock } = options;
  let configuration = true;
  configurationFailed.catch(() => {
    configuration = false;
  });
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | null = null;

  const brokerAnswers = async (): Promise<boolean> => {
    const late = () => new DeadlineError('broker', limitMs);
    try {
      await within(clock, broker.endOffsets(topics.notifications.name), limitMs, late);
      return true;
    } catch (error) {
      if (isOperational(error)) return false;
      throw error;
    }
  };

  return async () => {
    if (asked === null || clock.now() - asked.at >= holdMs)
      asked = { at: clock.now(), answer: brokerAnswers() };
    const faults = configuration ? [] : ['configuration'];
    return (await asked.answer) || spoolTakes() ? faults : [...faults, 'broker'];
  };
}
