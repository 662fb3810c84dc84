import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localSecrets, secretsFile } from './secrets.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-secrets-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('are made once, kept, and readable by their owner alone', async () => {
  const first = await localSecrets(directory, undefined);
  expect(first.operatorToken.length).toBeGreaterThanOrEqual(32);
  expect(Buffer.from(first.secretsKey, 'base64')).toHaveLength(32);
  expect(await localSecrets(directory, undefined)).toEqual(first);
  expect((await stat(secretsFile(directory))).mode & 0o777).toBe(0o600);
});

test('an operator token that is given is used and not written down', async () => {
  const given = await localSecrets(directory, 'given-by-the-operator');
  expect(given.operatorToken).toBe('given-by-the-operator');
  expect(await readFile(secretsFile(directory), 'utf8')).not.toContain('given-by');
});

test('a file that cannot be read is never replaced: stored passwords would be lost with its key', async () => {
  await writeFile(secretsFile(directory), '{"operat');
  await expect(localSecrets(directory, undefined)).rejects.toThrow(/secrets.json cannot be read/);
});
