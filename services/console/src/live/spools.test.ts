import { OperationalError } from '@adherence/runtime/errors.ts';
import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createSpools } from './spools.ts';

/** A topic `health` in an array, and spools that answer when told to. */
function newTopic() {
  const clock = createManualClock();
  let end = 0;
  let away = false;
  let nonce = 0;
  const asked: string[] = [];
  const put = (key: string, value: unknown) => {
    const bytes =
      value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    const message = {
      topic: 'health',
      partition: 0,
      offset: end++,
      key,
      value: bytes,
      timestamp: 0,
      headers: {},
    };
    spools.take({ partition: 0, messages: [message], highWatermark: end });
  };
  const spools = createSpools({
    clock,
    newNonce: () => `n${nonce++}`,
    produce: async (messages) => {
      if (away) throw new OperationalError('AWAY', 'away');
      for (const { key, value } of messages) {
        asked.push(value!.toString());
        put(key!, value!.toString());
      }
    },
  });
  /** The word of a spool that has seen the topic up to `seen`, by default to its end. */
  const say = (id: string, messages: number, notifications = {}, seen = end) =>
    put(`spool|${id}`, { messages, notifications, seen });
  return { spools, clock, asked, say, put, setAway: (value: boolean) => (away = value), end: () => end };
}

describe('what is spooled', () => {
  it('is nothing, and nobody is asked, while no ingress has a spool', async () => {
    const { spools, asked } = newTopic();
    expect((await spools.ask()).messages).toBe(0);
    expect(asked).toEqual([]);
  });

  it('is what all ingresses say after the question, not before', async () => {
    const { spools, say, end } = newTopic();
    say('a', 0);
    say('b', 0);
    const answer = spools.ask();
    await turn();
    say('a', 5, { t1: 3, t2: 2 });
    say('b', 0, {}, end() - 2); // Sent before it saw the question.
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    await turn();
    expect(answered).toBe(false);
    say('b', 1, { t1: 1 });
    const { messages, notificationsOf } = await answer;
    expect([messages, notificationsOf('t1'), notificationsOf('t2'), notificationsOf('t3')]).toEqual([
      6, 4, 2, 0,
    ]);
  });

  it('is at least one for an ingress that does not answer, and known again when it does', async () => {
    const { spools, say, clock } = newTopic();
    say('a', 0);
    const silent = spools.ask();
    await clock.advance(1_500);
    expect((await silent).messages).toBe(1);
    const answer = spools.ask();
    await turn();
    say('a', 0);
    expect((await answer).messages).toBe(0);
  });

  it('forgets an ingress that was empty and stays away, but none that held something', async () => {
    const { spools, say, clock } = newTopic();
    say('gone', 0);
    say('full', 7);
    const ask = async () => {
      const answer = spools.ask();
      await clock.advance(1_500);
      return (await answer).messages;
    };
    expect(await ask()).toBe(8);
    await clock.advance(9 * 60_000);
    expect(await ask()).toBe(8);
    await clock.advance(60_000);
    expect(await ask()).toBe(7);
  });

  it('need not be asked of one that said goodbye', async () => {
    const { spools, say, put, asked } = newTopic();
    say('a', 0);
    put('spool|a', null);
    expect((await spools.ask()).messages).toBe(0);
    expect(asked).toEqual([]);
  });

  it('is asked once for all who ask meanwhile, and cannot be told while the broker is away', async () => {
    const { spools, say, asked, setAway } = newTopic();
    say('a', 0);
    const first = spools.ask();
    await turn();
    const [second, third] = [spools.ask(), spools.ask()];
    say('a', 0);
    await first;
    await turn();
    say('a', 2);
    expect([(await second).messages, (await third).messages, asked.length]).toEqual([2, 2, 2]);
    setAway(true);
    await expect(spools.ask()).rejects.toThrow('away');
    setAway(false);
    const after = spools.ask();
    await turn();
    say('a', 0);
    expect((await after).messages).toBe(0);
  });
});
