import { lockData } from './data-lock.ts';
import { launchEmbedded } from './embedded.ts';
import { launchStack } from './launch-stack.ts';
import { consoleUrl, demoToken, ingressUrl, type Launch, launch, startDemo } from './launcher.ts';
import { parseOptions, type StartOptions } from './options.ts';
import { portTaken } from './ports.ts';
import { checkDisk, lookForTools, modeFor, portSentence, systemSentence } from './requirements.ts';
import { localSecrets, secretsFile } from './secrets.ts';
import { stopAll } from './stop-all.ts';

/** `npm start`: brings up everything that is missing and every service, keeps them running until Ctrl-C. */
const print = (line: string): void => console.log(line);
const running: Launch['running'] = [];
let dataDir = '.local';
let release = (): void => undefined;
let stopping = false;
let signalledAt = Number.NEGATIVE_INFINITY;

process.on('exit', () => release());
// When whoever read the output is gone, the parts still have to be stopped in order.
process.stdout.on('error', () => undefined);
// Known and harmless: the Kafka client sets timers in the past.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') console.warn(warning);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
followNpm();

try {
  const options = parseOptions(process.argv.slice(2), process.env);
  dataDir = options.dataDir;
  await start(options);
} catch (error) {
  if (!stopping) {
    console.error(`\n${systemSentence(error, dataDir) ?? (error instanceof Error ? error.message : error)}`);
    await stop(1);
  }
}

async function start(options: StartOptions): Promise<void> {
  const startedAt = performance.now();
  checkDisk(options.dataDir);
  const lock = await lockData(options.dataDir, ({ name, pid }) =>
    print(`${name} (process ${pid}) was left behind by a start that was killed; it is ended`),
  );
  release = lock.release;
  if (await portTaken(options.ingressPort))
    throw new Error(portSentence(options.ingressPort, 'INGRESS_PORT'));
  if (await portTaken(options.consolePort))
    throw new Error(portSentence(options.consolePort, 'CONSOLE_PORT'));
  const secrets = await localSecrets(options.dataDir, options.operatorToken);
  const fail = (sentence: string): void => {
    if (stopping) return;
    console.error(`\n${sentence}`);
    void stop(1);
  };
  const asked: Launch = { options, secrets, print, note: lock.note, running, kept: options.dataDir, fail };
  const mode = modeFor(options, await lookForTools());
  const launched =
    mode.kind === 'embedded' ? await launchEmbedded(asked, mode.because) : await launchStack(asked, mode.by);
  if (options.demo) {
    await launch(
      launched,
      'demo',
      () => startDemo(launched),
      () => '(its history is told, it goes on live)',
    );
  }
  if (!stopping) print(readyText(launched, startedAt));
}

/** The shell that npm puts between itself and this process passes no SIGTERM on: it just goes. */
function followNpm(): void {
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    if (!stopping) void stop(0);
  }, 500);
  watch.unref();
}

/** The line `ready` stands alone and only once, for programs that wait for it. */
function readyText({ options, kept }: Launch, startedAt: number): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const data = kept === undefined ? 'nothing is kept' : `the data stays in ${kept}`;
  const token = options.demo ? demoToken(options) : undefined;
  return [
    '',
    'ready',
    `  console   ${consoleUrl(options)}`,
    `  webhook   ${ingressUrl(options)}/hooks/odigo/{urlToken}`,
    token === undefined
      ? `  token     the operator token (it creates tenants) is in ${secretsFile(dataDir)} or as you set it`
      : `  token     ${token}   (sign in with it)`,
    `  It took ${seconds} s. Ctrl-C stops everything; ${data}.`,
  ].join('\n');
}

/** A second Ctrl-C ends everything at once. npm passes on what the terminal sent here too: that is no second one. */
function onSignal(): void {
  const sinceLastMs = performance.now() - signalledAt;
  signalledAt = performance.now();
  if (!stopping) void stop(0);
  else if (sinceLastMs > 500) {
    for (const part of running) part.kill();
    process.exit(130);
  }
}

async function stop(exitCode: number): Promise<void> {
  stopping = true;
  await stopAll(running, print);
  process.exit(exitCode);
}
