/**
 * A console made of paper: serves the built application and answers the parts of the API that its screens read, for
 * developing and for browser tests. The clock runs from a given instant, so that a test always sees the same board.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { activities, createCentre, mappedStatuses, settings, tenant, units } from './centre.ts';
import type { Recording } from './recording.ts';
import { adherenceOf, type PersonResult, resultOf, schedulesOf, timelineOf } from './results.ts';

export interface FixtureOptions {
  /** The present, as the fixture begins. */
  readonly startAt: number;
  readonly port?: number;
  readonly extraPeople?: number;
  /** Played to every stream, in place of the made-up centre. */
  readonly recording?: Recording;
  /** The built application; null serves the API only. */
  readonly distFolder: string | null;
}

export interface Fixture {
  readonly url: string;
  readonly now: () => number;
  /** Time passes at once; streams tell what changed. */
  readonly advance: (ms: number) => void;
  /** Cuts every stream, and refuses new ones until told otherwise. */
  readonly breakStreams: (broken: boolean) => void;
  /** An integration has sent nothing since then; null: it sends again. */
  readonly silence: (since: number | null) => void;
  /** Events are in up to then and no further; null: up to now. */
  readonly holdBack: (at: number | null) => void;
  /** Downloads are cut before their end. */
  readonly cutDownloads: (cut: boolean) => void;
  /** Every session ends. */
  readonly revoke: () => void;
  readonly close: () => Promise<void>;
}

export const fixtureToken = 'fixture-token';
export const viewerToken = 'viewer-token';

const cookie = 'fixture_session';
const isoText = (at: number) => new Date(at).toISOString();

export async function startFixture(options: FixtureOptions): Promise<Fixture> {
  const startedAt = Date.now();
  let aheadMs = 0;
  let sessions = 1;
  let streamsBroken = false;
  let silentSince: number | null = null;
  let heldBack: number | null = null;
  let downloadsAreCut = false;
  const now = () => options.startAt + (Date.now() - startedAt) + aheadMs;
  const people = createCentre(options.startAt, options.extraPeople);
  const streams = new Map<ServerResponse, Map<string, string>>();

  const results = (): PersonResult[] => people.map((person) => resultOf(person, now()));
  const liveItems = () => results().flatMap(({ live }) => live ?? []);
  const freshness = () => ({
    asOf: isoText(now()),
    eventsUntil: isoText(heldBack ?? now()),
    silentFeeds:
      silentSince === null
        ? []
        : [{ integrationId: 'odigo-emea', name: 'Odigo EMEA', since: isoText(silentSince) }],
  });

  const say = (response: ServerResponse, event: string, data: object) =>
    response.write(`event: ${event}\nid: fixture-${now()}\ndata: ${JSON.stringify(data)}\n\n`);

  const tell = () => {
    if (streams.size === 0) return;
    const current = new Map(liveItems().map((item) => [item.personId, item]));
    for (const [response, known] of streams) {
      for (const [personId, item] of current) {
        const text = JSON.stringify(item);
        if (known.get(personId) === text) continue;
        known.set(personId, text);
        say(response, 'update', { ...item, eventsUntil: freshness().eventsUntil });
      }
      for (const personId of known.keys()) {
        if (current.has(personId)) continue;
        known.delete(personId);
        say(response, 'update', { personId, state: null });
      }
      say(response, 'freshness', freshness());
    }
  };
  const ticking = setInterval(tell, 1000);

  const openStream = (request: IncomingMessage, response: ServerResponse) => {
    if (streamsBroken) return problem(response, 503, 'Broken on purpose.');
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      ...headers(now()),
    });
    if (options.recording) {
      const stop = play(options.recording, (event, data) => say(response, event, data));
      request.on('close', stop);
      return;
    }
    const items = liveItems();
    streams.set(response, new Map(items.map((item) => [item.personId, JSON.stringify(item)])));
    say(response, 'snapshot', { ...freshness(), items });
    request.on('close', () => streams.delete(response));
  };

  const answer = (path: string, query: URLSearchParams): object | null => {
    const page = (items: readonly object[]) => ({ items, nextCursor: null });
    const instant = (name: string) => Date.parse(query.get(name) ?? '');
    const wanted = people.filter(
      ({ id, team, planningUnitId }) =>
        (query.get('personId') ?? id) === id &&
        (query.get('team') ?? team) === team &&
        (query.get('planningUnitId') ?? planningUnitId) === planningUnitId,
    );
    const view = ({ schedules: _s, facts: _f, timeZone: _z, ...person }: (typeof people)[number]) => person;
    const [, first, id = '', third] = path.split('/');
    const person = people.find((each) => each.id === decodeURIComponent(id));
    switch (third === undefined ? (id === '' ? first : `${first}/:id`) : `${first}/:id/${third}`) {
      case 'activities':
        return page(activities);
      case 'planning-units':
        return page(units);
      case 'settings':
        return settings;
      case 'people':
        return page(options.recording?.people ?? people.map(view));
      case 'people/:id':
        return person ? view(person) : null;
      case 'people/:id/timeline':
        return person ? timelineOf(resultOf(person, now()), instant('from'), instant('to'), now()) : null;
      case 'schedules':
        return page(wanted.flatMap((each) => schedulesOf(each, query.get('from')!, query.get('to')!)));
      case 'live':
        return { ...freshness(), items: liveItems() };
      case 'adherence':
        return {
          ...freshness(),
          items: adherenceOf(
            wanted.map((each) => resultOf(each, now())),
            {
              from: instant('from'),
              to: instant('to'),
              granularity: query.get('granularity') ?? 'total',
              groupBy: query.get('groupBy') ?? 'person',
              byShift: query.get('shiftDate') === 'true',
            },
            now(),
          ),
        };
      default:
        return setUpAnswer(path, now());
    }
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture');
    // By which the application sets its clock, of refusals too.
    response.setHeader('date', new Date(now()).toUTCString());
    if (!url.pathname.startsWith('/api/v1/'))
      return serveFile(options.distFolder, url.pathname, response, now());
    const path = url.pathname.slice('/api/v1'.length);
    const session = sessionOf(request, sessions);
    if (path === '/session' && request.method === 'POST') {
      const { token } = JSON.parse(await bodyOf(request)) as { token?: string };
      if (token !== fixtureToken && token !== viewerToken)
        return problem(response, 401, 'This token is not valid.');
      const role = token === viewerToken ? 'viewer' : 'admin';
      const value = `${cookie}=${sessions}.${role}; Path=/; HttpOnly; SameSite=Strict`;
      return json(response, 200, { role, tenant }, { 'set-cookie': value, ...headers(now()) });
    }
    if (path === '/session' && request.method === 'DELETE') {
      response.writeHead(204, { 'set-cookie': `${cookie}=; Path=/; Max-Age=0` });
      return response.end();
    }
    if (session === null) return problem(response, 401, 'Not signed in.');
    if (path === '/session') return json(response, 200, { role: session, tenant }, headers(now()));
    if (path === '/live/events') return openStream(request, response);
    if (path === '/reports/adherence.csv') return sendReport(response, downloadsAreCut);
    if (session === 'viewer' && /^\/(people|settings|adherence|schedules|integrations)/.test(path)) {
      return problem(response, 403, 'Not for this role.');
    }
    const found = answer(path, url.searchParams);
    return found
      ? json(response, 200, found, headers(now()))
      : problem(response, 404, 'There is nothing here.');
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const cutStreams = () => {
    for (const response of streams.keys()) response.destroy();
    streams.clear();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    now,
    advance(ms) {
      aheadMs += ms;
      tell();
    },
    breakStreams(broken) {
      streamsBroken = broken;
      if (broken) cutStreams();
    },
    cutDownloads(cut) {
      downloadsAreCut = cut;
    },
    silence(since) {
      silentSince = since;
      tell();
    },
    holdBack(at) {
      heldBack = at;
      tell();
    },
    revoke() {
      sessions++;
      cutStreams();
    },
    close() {
      clearInterval(ticking);
      cutStreams();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Says what is due, as a console does that takes a batch every so often; returns how to stop. */
function play(recording: Recording, say: (event: string, data: object) => void): () => void {
  const { snapshot, updates, updatesPerSecond } = recording;
  say('snapshot', snapshot);
  const begunAt = Date.now();
  let next = 0;
  const timer = setInterval(() => {
    const due = Math.min(updates.length, Math.floor(((Date.now() - begunAt) / 1000) * updatesPerSecond));
    for (; next < due; next++) say('update', { ...updates[next]!, eventsUntil: updates[next]!.since });
    if (next === updates.length) {
      say('ping', { eventsUntil: updates.at(-1)!.since });
      clearInterval(timer);
    }
  }, 50);
  return () => clearInterval(timer);
}

/** A report of 50,000 lines, whatever was asked for; with the connection cut before its end, if that is wanted. */
function sendReport(response: ServerResponse, isCut: boolean): void {
  response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' });
  Readable.from(reportParts(isCut ? () => response.destroy() : null)).pipe(response);
}

function* reportParts(cut: (() => void) | null): Generator<string> {
  yield 'personId,personName,team,activityId,activityName,scheduledMinutes\r\n';
  for (let part = 0; part < 50; part++) {
    if (part === 40) cut?.();
    const ids = Array.from({ length: 1000 }, (_, i) => part * 1000 + i);
    yield `${ids.map((id) => `p${id},"Name, ${id}",Care,calls,Calls,480.00`).join('\r\n')}\r\n`;
  }
}

function setUpAnswer(path: string, now: number): object | null {
  const seen = { count: 42, firstSeen: isoText(now - 9e7), lastSeen: isoText(now - 95_000) };
  const page = (items: readonly object[]) => ({ items, nextCursor: null });
  const integration = (id: string, name: string, timeZone: string) => ({
    id,
    name,
    timeZone,
    contact: { name: 'Operations', email: 'ops@helios.example' },
    breakDetail: null,
    feedGapSeconds: 300,
  });
  switch (path) {
    case '/integrations':
      return page([
        integration('odigo-americas', 'Odigo Americas', 'America/New_York'),
        integration('odigo-emea', 'Odigo EMEA', 'Europe/Paris'),
      ]);
    case '/integrations/odigo-emea/health':
      return {
        lastNotificationAt: isoText(now - 2_000),
        accepted: 48_211,
        rejected: 3,
        feed: { state: 'alive', gapSince: null },
      };
    case '/integrations/odigo-americas/health':
      return {
        lastNotificationAt: isoText(now - 1_000_000),
        accepted: 20_184,
        rejected: 0,
        feed: { state: 'gap', gapSince: isoText(now - 1_000_000) },
      };
    case '/integrations/odigo-emea/unmapped-users':
      return page([
        {
          externalUserId: 'j.faure@helios.example',
          ...seen,
          suggestions: [{ personId: 'julien-faure', name: 'Julien Faure' }],
        },
      ]);
    case '/integrations/odigo-emea/status-mappings':
      return page([
        ...mappedStatuses.map((mapping) => ({ ...mapping, ...seen })),
        { status: 'CONSULTATION', breakType: null, activityId: null, ...seen, count: 1_207 },
      ]);
    case '/integrations/odigo-emea/url-tokens':
    case '/integrations/odigo-americas/url-tokens':
      return page([{ id: 'url-1', createdAt: isoText(now - 9e9), lastUsedAt: isoText(now - 2_000) }]);
    case '/integrations/odigo-americas/unmapped-users':
    case '/integrations/odigo-americas/status-mappings':
      return page([]);
    case '/pipeline':
      return {
        accepted: 68_398,
        stored: 68_112,
        quarantined: 3,
        pending: 0,
        recomputationsPending: 0,
        gaps: 0,
        duplicates: 283,
        eventsUntil: isoText(now - 2_000),
      };
    default:
      return null;
  }
}

/** The role of the session, null without one. */
function sessionOf({ headers: { cookie: text = '' } }: IncomingMessage, sessions: number): string | null {
  const [, number, role] = /fixture_session=(\d+)\.(\w+)/.exec(text) ?? [];
  return Number(number) === sessions ? role! : null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const json = (response: ServerResponse, status: number, data: object, more: Record<string, string>) =>
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...more })
    .end(JSON.stringify(data));

const problem = (response: ServerResponse, status: number, detail: string) =>
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title: 'Error', status, detail, errors: [] }));

/** As strict as the console's own, and the fixture's time, by which the application sets its clock. */
const headers = (now: number): Record<string, string> => ({
  date: new Date(now).toUTCString(),
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
});

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A file of the application; every other address is one of its screens. */
async function serveFile(folder: string | null, path: string, response: ServerResponse, now: number) {
  if (folder === null) return problem(response, 404, 'The application is not served here.');
  const name = extname(path) === '' ? 'index.html' : normalize(path).replace(/^(\.\.[/\\])+/, '');
  try {
    const content = await readFile(join(folder, name));
    return response
      .writeHead(200, { 'content-type': types[extname(name)] ?? '', ...headers(now) })
      .end(content);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return problem(response, 404, 'There is no such file.');
  }
}
