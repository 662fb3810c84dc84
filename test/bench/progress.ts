/** How fast a consumer group works, and what it costs: offsets committed and CPU of processes, sampled together. */
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { sleep, systemClock } from '@adherence/runtime/clock.ts';
import { cpuSeconds } from './processes.ts';

export interface Progress {
  readonly messages: number;
  readonly seconds: number;
  /** In the order of the processes asked for. */
  readonly cpuSeconds: readonly number[];
}

export interface Watch {
  readonly broker: Broker;
  readonly groupId: string;
  readonly topic: string;
  readonly pids: readonly number[];
}

interface Sample {
  readonly at: number;
  readonly done: number;
  readonly cpu: readonly number[];
}

const everyMs = 50;
const limitMs = 150_000;

/** Takes the first sample; the answer waits until the group has committed what is on the topic when it is called. */
export async function startWatch(watch: Watch): Promise<(skip?: number) => Promise<Progress>> {
  const start = await take(watch);
  /** Measuring begins once so many are done: before that, the code of a new process is not compiled yet. */
  return async (skip = 0) => {
    const goal = sum(await watch.broker.endOffsets(watch.topic));
    let first = start;
    for (;;) {
      const sample = await take(watch);
      if (first === start && skip > 0 && sample.done - start.done >= skip) first = sample;
      if (sample.done >= goal) return between(first, sample);
      if (sample.at - start.at > limitMs) {
        throw new Error(`${watch.groupId} had done ${sample.done} of ${goal} after ${limitMs / 1000} s`);
      }
      await sleep(systemClock, everyMs);
    }
  };
}

async function take({ broker, groupId, topic, pids }: Watch): Promise<Sample> {
  const done = sum(await broker.committed(groupId, topic));
  return { at: performance.now(), done, cpu: pids.map(cpuSeconds) };
}

const between = (first: Sample, last: Sample): Progress => ({
  messages: last.done - first.done,
  seconds: (last.at - first.at) / 1000,
  cpuSeconds: last.cpu.map((cpu, i) => cpu - first.cpu[i]!),
});

const sum = (offsets: readonly { readonly offset: number }[]): number =>
  offsets.reduce((total, { offset }) => total + offset, 0);
