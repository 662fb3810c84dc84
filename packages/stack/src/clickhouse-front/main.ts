import { parseArgs } from 'node:util';
import { startClickHouseFront } from './front.ts';

/** The ClickHouse engine as a process of its own: `main.ts --data DIR --port N`. SIGTERM ends it cleanly. */
const { values } = parseArgs({
  options: { data: { type: 'string' }, port: { type: 'string', default: '0' } },
});
if (values.data === undefined) throw new Error('--data DIR is missing');
const front = await startClickHouseFront({
  dataDir: values.data,
  port: Number(values.port),
  onFatal: (error) => {
    console.error(`the engine broke down: ${error.message}`);
    process.exit(1);
  },
});
console.log(`listening on ${front.url}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    front.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
