import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from './live-state.ts';
import { type Connection, openLiveStream } from './live-stream.ts';

class FakeSource extends EventTarget {
  readyState = 1;
  onerror: (() => void) | null = null;
  say(type: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
  /** An answer that is no stream ends it for good; a cut is mended by the browser. */
  fail(readyState: number) {
    this.readyState = readyState;
    this.onerror?.();
  }
  close() {
    this.readyState = 2;
  }
}

/** Timers that run when the test says so. */
function createTimers() {
  let time = 0;
  let timers: { at: number; call: () => void }[] = [];
  return {
    after(delayMs: number, call: () => void) {
      const timer = { at: time + delayMs, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    pass(ms: number) {
      const end = time + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        time = next.at;
        timers = timers.filter((each) => each !== next);
        next.call();
      }
      time = end;
    },
  };
}

function openTestStream() {
  const sources: FakeSource[] = [];
  const batches: LiveEvent[][] = [];
  const connections: Connection[] = [];
  const timers = createTimers();
  const onRefused = vi.fn();
  const close = openLiveStream({
    url: '/live',
    onEvents: (events) => batches.push([...events]),
    onConnection: (connection) => {
      if (connections.at(-1) !== connection) connections.push(connection);
    },
    onRefused,
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source as unknown as EventSource;
    },
    after: timers.after,
  });
  return { sources, batches, connections, pass: timers.pass, onRefused, close };
}

const live = { asOf: null, eventsUntil: null, items: [] };

describe('openLiveStream', () => {
  beforeEach(() => {
    vi.stubGlobal('EventSource', { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
  });

  it('hands events over in order, in one batch for all that came together', () => {
    const { sources, batches, connections, pass } = openTestStream();
    sources[0]!.say('snapshot', live);
    sources[0]!.say('update', { personId: 'ada', state: null });
    expect(batches).toEqual([]);
    pass(100);
    expect(batches.map((batch) => batch.map(({ type }) => type))).toEqual([['snapshot', 'update']]);
    expect(connections).toEqual(['connecting', 'live']);
  });

  it('leaves a cut to the browser, and says so until the next event', () => {
    const { sources, connections } = openTestStream();
    sources[0]!.say('snapshot', live);
    sources[0]!.fail(0);
    sources[0]!.say('ping', null);
    expect(connections).toEqual(['connecting', 'live', 'reconnecting', 'live']);
    expect(sources).toHaveLength(1);
  });

  it('opens anew after a refusal, waiting longer each time', () => {
    const { sources, pass, onRefused } = openTestStream();
    sources[0]!.fail(2);
    pass(1_000);
    expect(sources).toHaveLength(2);
    sources[1]!.fail(2);
    pass(1_999);
    expect(sources).toHaveLength(2);
    pass(1);
    expect(sources).toHaveLength(3);
    expect(onRefused).toHaveBeenCalledTimes(2);
  });

  it('opens anew when nothing was heard for longer than pings allow', () => {
    const { sources, pass, connections } = openTestStream();
    sources[0]!.say('snapshot', live);
    pass(39_999);
    expect(sources).toHaveLength(1);
    pass(1);
    expect(sources).toHaveLength(2);
    expect(sources[0]!.readyState).toBe(2);
    expect(connections.at(-1)).toBe('reconnecting');
  });

  it('says nothing and opens nothing once closed', () => {
    const { sources, batches, pass, close } = openTestStream();
    sources[0]!.say('snapshot', live);
    close();
    pass(100_000);
    expect(batches).toEqual([]);
    expect(sources).toHaveLength(1);
  });
});
