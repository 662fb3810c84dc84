/** The demo as a process of its own: environment in, exit code out. */
import { runDemo } from './run-demo.ts';

const required = ['CONSOLE_URL', 'INGRESS_URL', 'OPERATOR_TOKEN', 'DEMO_STATE_DIR'] as const;
const missing = required.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`The demo needs ${missing.join(', ')} in its environment.`);
  process.exit(2);
}
const historyDays = Number(process.env.DEMO_HISTORY_DAYS ?? 1);
if (!Number.isInteger(historyDays) || historyDays < 0 || historyDays > 7) {
  console.error('DEMO_HISTORY_DAYS must be a whole number from 0 to 7.');
  process.exit(2);
}
const env = (name: (typeof required)[number]): string => process.env[name]!;

const controller = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => controller.abort(new Error(`stopped by ${signal}`)));
}

try {
  await runDemo({
    consoleUrl: env('CONSOLE_URL'),
    ingressUrl: env('INGRESS_URL'),
    operatorToken: env('OPERATOR_TOKEN'),
    stateDir: env('DEMO_STATE_DIR'),
    historyDays,
    breakService: true,
    signal: controller.signal,
    print: (line) => console.log(line),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// Idle keep-alive connections must not hold up the end.
process.exit();
