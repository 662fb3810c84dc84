/** `node dev/history.ts [people] [days]`: the built application on a console over a generated past, to look at. */
import { startHistoryConsole } from '../../src/history-console.testing.ts';
import { distFolder, ensureBuilt } from '../build.ts';

const [people = '1000', days = '396'] = process.argv.slice(2);
await ensureBuilt();
const { url, token } = await startHistoryConsole({
  people: Number(people),
  days: Number(days),
  pages: distFolder,
});
console.log(`${url}  token: ${token}`);
