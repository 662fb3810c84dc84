import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { csvType } from './csv.ts';
import { packed } from './pack.ts';
import { json } from './route.ts';

const rows = Array.from({ length: 500 }, (_, n) => ({ personId: `p${n}`, inMs: n * 60_000 }));
const ask = (acceptEncoding: string | null, method = 'GET') =>
  new Request('http://console/api/v1/adherence', {
    method,
    headers: acceptEncoding === null ? {} : { 'accept-encoding': acceptEncoding },
  });
const textOf = async (response: Response) => gunzipSync(await response.bytes()).toString('utf8');

describe('answers on their way', () => {
  it('are packed where they are large and the browser can read it, and say what they depend on', async () => {
    const response = await packed(ask('gzip, br'), json(200, rows));
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(await textOf(response))).toEqual(rows);
  });

  it.each([null, 'br', 'gzip;q=0'])('come as they are for a caller that says %o', async (acceptEncoding) => {
    const response = await packed(ask(acceptEncoding), json(200, rows));
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(await response.json()).toEqual(rows);
  });

  it('are streamed where they are a report', async () => {
    const lines = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('personId\r\n'));
        controller.enqueue(new TextEncoder().encode('p1\r\n'));
        controller.close();
      },
    });
    const report = new Response(lines, { headers: { 'content-type': csvType } });
    expect(await textOf(await packed(ask('gzip'), report))).toBe('personId\r\np1\r\n');
  });

  it('that break off do so packed, too: a part is never taken for the whole', async () => {
    const lines = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('personId\r\n'));
        controller.error(new Error('the database is away'));
      },
    });
    const report = new Response(lines, { headers: { 'content-type': csvType } });
    const response = await packed(ask('gzip'), report);
    await expect(response.bytes()).rejects.toThrow('the database is away');
  });

  it.each<readonly [string, Request, Response]>([
    ['small ones', ask('gzip'), json(200, { id: 'p1' })],
    ['tokens, shown once', ask('gzip', 'POST'), json(201, rows)],
    ['documents with a tag', ask('gzip'), json(200, rows, { etag: '"7"' })],
    ['problems', ask('gzip'), json(422, rows)],
    ['the live board', ask('gzip'), new Response('x', { headers: { 'content-type': 'text/event-stream' } })],
  ])('are left alone: %s', async (_, request, response) => {
    const etag = response.headers.get('etag');
    const answer = await packed(request, response);
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(answer.headers.get('etag')).toBe(etag);
    expect(answer.status).toBe(response.status);
  });
});
