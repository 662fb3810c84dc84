/** The repository's own rules (docs/architecture.md, "Shape and style"), read off its files. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const code = files.filter((path) => /\.(ts|tsx)$/.test(path));
const tests = code.filter((path) => /\.test\.tsx?$/.test(path));
const sources = code.filter((path) => !/\.(test|bench|testing)\.tsx?$/.test(path));

/** Files whose text matches, with the first match, so that a failure says where. */
const matching = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.flatMap((path) => {
    const found = pattern.exec(read(path));
    return found ? [`${path}: ${found[0].trim()}`] : [];
  });

/** What a package may import, by the folder it is in. Imports point one way. */
const layers: readonly { readonly folder: RegExp; readonly mayImport: readonly string[] }[] = [
  { folder: /^schemas\//, mayImport: ['schemas'] },
  { folder: /^packages\/domain\//, mayImport: ['domain', 'schemas'] },
  { folder: /^packages\/runtime\//, mayImport: ['runtime', 'domain', 'schemas', 'stack'] },
  { folder: /^packages\/store\//, mayImport: ['store', 'domain', 'schemas', 'stack'] },
  { folder: /^packages\/odigo-web-service\//, mayImport: ['odigo-web-service', 'domain', 'schemas'] },
  { folder: /^packages\/demo\//, mayImport: ['demo', 'odigo-web-service', 'domain', 'schemas'] },
  { folder: /^services\/ingress\//, mayImport: ['ingress', 'runtime', 'domain', 'schemas', 'stack'] },
  {
    folder: /^services\/enrichment\//,
    mayImport: ['enrichment', 'runtime', 'odigo-web-service', 'domain', 'schemas', 'stack'],
  },
  {
    folder: /^services\/adherence\//,
    mayImport: ['adherence', 'runtime', 'store', 'domain', 'schemas', 'stack'],
  },
  {
    folder: /^services\/console\//,
    mayImport: ['console', 'runtime', 'store', 'odigo-web-service', 'domain', 'schemas', 'stack'],
  },
];

describe('the repository', () => {
  it('has kebab-case names', () => {
    const odd = code.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.tsx?$/.test(basename(path)));
    expect(odd).toEqual([]);
  });

  it('has no source over 400 lines and no test over 600', () => {
    const limit = (path: string) => (tests.includes(path) ? 600 : 400);
    expect(code.filter((path) => read(path).split('\n').length > limit(path))).toEqual([]);
  });

  it('has no barrels and no utils', () => {
    expect(code.filter((path) => /(^|\/)(index|utils?|helpers?|common)\.tsx?$/.test(path))).toEqual([]);
  });

  it('leaves nothing for later in the code', () => {
    expect(matching(code, /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/)).toEqual([]);
  });

  it('switches no test off and runs none alone', () => {
    expect(matching(tests, /\b(it|test|describe)\.(sk[i]p|on[l]y|to[d]o)\b/)).toEqual([]);
  });

  it('waits for nothing by the clock in tests', () => {
    expect(matching(tests, /\bsetTime[o]ut\(|await sleep\(/)).toEqual([]);
  });

  it('catches nothing to ignore it', () => {
    expect(matching(sources, /catch\s*(\([^)]*\))?\s*\{\s*\}/)).toEqual([]);
  });

  it('names the columns that it reads, so that a later release may add some', () => {
    const product = sources.filter((path) => /^(schemas|services|packages\/(?!stack\/))/.test(path));
    expect(matching(product, /\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*/)).toEqual([]);
  });

  it('imports one way', () => {
    const wrong: string[] = [];
    for (const path of code) {
      const layer = layers.find(({ folder }) => folder.test(path));
      if (!layer) continue;
      for (const [, name] of read(path).matchAll(/from '@adherence\/([a-z-]+)\//g)) {
        const isTest = /\.(test|testing|bench)\.tsx?$/.test(path);
        const allowed = layer.mayImport.includes(name!) && (name !== 'stack' || isTest);
        if (!allowed) wrong.push(`${path} imports ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps the domain free of I/O, clock and randomness', () => {
    const domain = sources.filter(
      (path) => path.startsWith('packages/domain/') || /\/src\/domain\//.test(path),
    );
    expect(
      matching(domain, /\bDate\.now\(|new Date\(\)|Math\.random|process\.env|node:(fs|http|net)|\bfetch\(/),
    ).toEqual([]);
  });

  it('names no download address and no machine', () => {
    expect(/"resolved": *"https?:/.test(read('package-lock.json'))).toBe(false);
    const texts = files.filter((path) => /\.(ts|tsx|md|json|ya?ml|sh)$|\.ci\/run$/.test(path));
    expect(matching(texts, /(^|[^a-zA-Z0-9.])\/(wo[r]k|ro[o]t|fa[r]m)\//)).toEqual([]);
  });

  it('describes every topic, record and table once', () => {
    const records = files
      .filter((path) => /^schemas\/avro\/.*\.avsc$/.test(path))
      .map((path) => basename(path, '.avsc'));
    const named = [...read('schemas/src/records.ts').matchAll(/^export interface (\w+) \{/gm)].map(
      ([, name]) => name,
    );
    expect(records.sort()).toEqual(named.filter((name) => name !== 'RecordTypes').sort());
  });
});
