import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of a local installation; they outlive restarts, or stored credentials could not be read again. */
export interface Secrets {
  readonly operatorToken: string;
  /** 32 bytes, base64: encrypts what the console stores of others' credentials. */
  readonly secretsKey: string;
}

/** Reads `secrets.json`, made the first time, readable by its owner alone. */
export async function localSecrets(dataDir: string, operatorToken: string | undefined): Promise<Secrets> {
  const file = secretsFile(dataDir);
  const kept = await read(file);
  const secrets: Secrets = {
    operatorToken: kept.operatorToken ?? randomBytes(24).toString('base64url'),
    secretsKey: kept.secretsKey ?? randomBytes(32).toString('base64'),
  };
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await chmod(partial, 0o600);
  await rename(partial, file);
  return { ...secrets, operatorToken: operatorToken ?? secrets.operatorToken };
}

export const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json');

async function read(file: string): Promise<Partial<Secrets>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<Secrets>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(
      `${file} cannot be read (${(error as Error).message}); mend it, or remove the data directory.`,
    );
  }
}
