/** POST /what-if at its edges: who may ask, what is too much, and what becomes of it when the client leaves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Call,
  integrationBody,
  startTestConsole,
  type TestConsole,
  type TestDatabase,
} from './console.testing.ts';

let console_: TestConsole;
let admin: Call & { token: string };
/** Questions to the database; they are answered with nothing when a test says so. */
let asked: (() => void)[];
let onAsked: () => void;

const ask = <T>(): Promise<T[]> =>
  new Promise<T[]>((resolve) => {
    asked.push(() => resolve([]));
    onAsked();
  });
const database: TestDatabase = { query: ask, queryBlocks: ask };
const answering: TestDatabase = { query: () => Promise.resolve([]), queryBlocks: () => Promise.resolve([]) };

async function start(db: TestDatabase): Promise<void> {
  console_ = await startTestConsole({ database: db, config: { calculationQuestions: 1 } });
  admin = await console_.tenant('t1');
  await admin('PUT', '/integrations/odigo', integrationBody('Odigo'));
  const externalUsers = [{ integrationId: 'odigo', externalUserId: 'anna@x' }];
  await admin('PUT', '/people/anna', { name: 'Anna', team: 'blue', externalUsers });
}
beforeEach(() => {
  asked = [];
  onAsked = () => {};
});
afterEach(() => console_.stop());

const range = { from: '2026-01-05T00:00:00Z', to: '2026-01-06T00:00:00Z' };
const settings = { graceMode: 'retroactive' };

describe('what if', () => {
  it('is for analysts and planners, and needs something to suppose', async () => {
    await start(answering);
    const statuses: Record<string, number> = {};
    for (const role of ['viewer', 'analyst', 'planner']) {
      const { body } = await admin('POST', '/tokens', { name: role, role });
      statuses[role] = (await console_.as(body.token)('POST', '/what-if', { ...range, settings })).status;
    }
    expect(statuses).toEqual({ viewer: 403, analyst: 200, planner: 200 });
    expect((await admin('POST', '/what-if', range)).status).toBe(422);
    const unknown = {
      ...range,
      statusMappings: [{ integrationId: 'gone', status: 'A', activityId: 'gone' }],
    };
    expect((await admin('POST', '/what-if', unknown)).body.errors).toEqual([
      { path: 'statusMappings[0].integrationId', message: 'unknown integration gone' },
      { path: 'statusMappings[0].activityId', message: 'unknown activity gone' },
    ]);
    expect((await admin('POST', '/what-if', { ...range, settings, personIds: ['gone'] })).status).toBe(404);
  });

  it('refuses more days of people than are computed at once, and says how many are', async () => {
    await start(answering);
    const answer = await admin('POST', '/what-if', { ...range, to: '2029-01-05T00:00:00Z', settings });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([{ path: 'to', message: 'at most 1000 days of people' }]);
  });

  it('makes room for the next question when its client leaves', async () => {
    await start(database);
    const reached = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    const client = new AbortController();
    const url = `http://127.0.0.1:${console_.running.port}/api/v1/what-if`;
    const first = fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...range, settings }),
      signal: client.signal,
    });
    await reached;
    const refused = await admin('POST', '/what-if', { ...range, settings });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('10');
    client.abort();
    await expect(first).rejects.toThrow();
    onAsked = () => {
      for (const answer of asked.splice(0)) answer();
    };
    const next = async (): Promise<number> => {
      // The server hears of it from the socket.
      await new Promise((resolve) => setImmediate(resolve));
      const { status } = await admin('POST', '/what-if', { ...range, settings });
      return status === 503 ? next() : status;
    };
    expect(await next()).toBe(200);
  });
});
