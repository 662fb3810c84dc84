/**
 * `npm run doctor [-- --json] [URL of a service ...]`: what is wrong with the installation that the environment names,
 * and what to do. Exit code 0: nothing; 1: something. In a pod: `node packages/runtime/src/doctor/main.ts`.
 */
import { parseArgs } from 'node:util';
import { examine } from './examine.ts';
import { report } from './report.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const findings = await examine({ environment: process.env, services: positionals });
const { text, exitCode } = report(findings, values.json);
process.stdout.write(text, () => process.exit(exitCode));
