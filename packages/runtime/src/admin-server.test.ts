import { afterEach, expect, test } from 'vitest';
import { type AdminServer, startAdminServer } from './admin-server.ts';
import { createMetrics, metricTable } from './metrics.ts';

let server: AdminServer;
afterEach(() => server.close());

async function start(live: boolean, missing: readonly string[] | Error) {
  server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    live: () => live,
    missing: async () => {
      if (missing instanceof Error) throw missing;
      return missing;
    },
    metrics: createMetrics('test', '1.2.3', false),
  });
  return async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [response.status, await response.text()] as const;
  };
}

test('alive and ready', async () => {
  const get = await start(true, []);
  expect(await get('/livez')).toEqual([200, 'ok\n']);
  expect(await get('/readyz')).toEqual([200, 'ok\n']);
});

test('without progress, and with what is missing by name', async () => {
  const get = await start(false, ['broker', 'configuration']);
  expect(await get('/livez')).toEqual([503, 'no progress\n']);
  expect(await get('/readyz')).toEqual([503, 'not ready\n']);
  expect(await get('/readyz?verbose')).toEqual([503, '[-] broker\n[-] configuration\nnot ready\n']);
});

test('a check that throws is an error, not the end of the server', async () => {
  const get = await start(true, new Error('secret'));
  expect(await get('/readyz')).toEqual([500, 'error\n']);
  expect(await get('/livez')).toEqual([200, 'ok\n']);
});

test('other paths and methods', async () => {
  const get = await start(true, []);
  expect((await get('/'))[0]).toBe(404);
  expect((await get('/livez', 'POST'))[0]).toBe(405);
});

test('metrics in the format of Prometheus, with build info', async () => {
  const get = await start(true, []);
  const [status, text] = await get('/metrics');
  expect(status).toBe(200);
  expect(text).toContain('adherence_build_info{service="test",version="1.2.3"} 1');
  expect(text).toContain('# TYPE adherence_event_age_seconds histogram');
});

test('names follow the rule: adherence_<noun>_<unit>[_total], counters and only they end with _total', () => {
  const units =
    /_(seconds|bytes|messages|rows|records|ratio|total|info|open|gaps|regressions|unusable|pending|offset|partitions|held|viewers)$/;
  for (const [name, { type, labels }] of Object.entries(metricTable)) {
    expect(name).toMatch(/^adherence_[a-z]+(_[a-z]+)+$/);
    expect(name).toMatch(units);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    for (const label of labels) expect(label).not.toMatch(/tenant|person|user/i);
  }
});
