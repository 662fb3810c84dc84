/**
 * `npm run dev`: the application against the fixture, rebuilt as it is edited. `--built` serves what a build made,
 * under the strict content security policy; `--api URL` takes another console's API, `--people N` makes more rows.
 */
import { parseArgs } from 'node:util';
import { distFolder, ensureBuilt } from '../build.ts';
import { fixtureToken, startFixture, viewerToken } from './fixture.ts';

const { values } = parseArgs({
  options: {
    built: { type: 'boolean', default: false },
    api: { type: 'string' },
    people: { type: 'string', default: '0' },
    port: { type: 'string', default: '5173' },
  },
});
const port = Number(values.port);

if (values.built) {
  await ensureBuilt();
  const extraPeople = Number(values.people);
  const { url } = await startFixture({ startAt: Date.now(), port, extraPeople, distFolder });
  console.log(`${url}  tokens: ${fixtureToken}, ${viewerToken}`);
} else {
  const target =
    values.api ??
    (await startFixture({ startAt: Date.now(), extraPeople: Number(values.people), distFolder: null })).url;
  const vite = await import('vite');
  const server = await vite.createServer({
    root: new URL('..', import.meta.url).pathname,
    server: { host: '127.0.0.1', port, proxy: { '/api': { target } } },
  });
  await server.listen();
  console.log(`${server.resolvedUrls?.local[0]}  tokens: ${fixtureToken}, ${viewerToken}`);
}
