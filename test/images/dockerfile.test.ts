/** What can be known of the images from their Dockerfile alone. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isIgnored } from './build-tree.ts';
import { dockerfilePath, lineage, parseDockerfile, repository } from './dockerfile.ts';
import { closureOf, readWorkspaces } from './workspaces.ts';

const dockerfile = parseDockerfile();
const workspaces = readWorkspaces();
const targets: Readonly<Record<string, string>> = {
  ingress: '@adherence/ingress',
  enrichment: '@adherence/enrichment',
  adherence: '@adherence/adherence',
  console: '@adherence/console',
  migrate: '@adherence/runtime',
};
const all = dockerfile.stages.flatMap(({ instructions }) => instructions);

describe('the Dockerfile', () => {
  it('pins every image to a version, none to latest', () => {
    const names = new Set(dockerfile.stages.map(({ name }) => name));
    const images = dockerfile.stages.map(({ from }) => from).filter((from) => !names.has(from));
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) {
      expect(image).toMatch(/:[\w.-]+$/);
      expect(image).not.toMatch(/:latest$/);
    }
  });

  it('builds with the node that the tests run on, and runs on the same major version', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(dockerfile.args.NODE_IMAGE).toContain(`node:${devDependencies.node}-`);
    const major = devDependencies.node.split('.')[0];
    expect(dockerfile.args.RUNTIME_IMAGE).toMatch(new RegExp(`/distroless/nodejs${major}-.*:nonroot$`));
  });

  it('uses no ADD, no sudo, no package manager of the system, no absolute guess at a folder', () => {
    expect(all.filter(({ keyword }) => keyword === 'ADD')).toEqual([]);
    for (const { keyword, text } of all) {
      if (keyword === 'RUN') expect(text).not.toMatch(/sudo|apt|apk|curl|wget|npm install|\bcd /);
      if (keyword === 'WORKDIR') expect(text).toMatch(/^\//);
      if (keyword === 'COPY') expect(text.split(' ').filter((word) => word.includes('..'))).toEqual([]);
      // A copy of several sources goes into a folder, and says so.
      if (keyword === 'COPY' && text.split(' ').length > 2) expect(text).toMatch(/\/$/);
    }
  });

  it('names stages once, copies only from earlier ones, and keeps no secret', () => {
    const names = dockerfile.stages.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [index, { instructions }] of dockerfile.stages.entries()) {
      for (const { text } of instructions) {
        const from = /--from=(\S+)/.exec(text)?.[1];
        if (from) expect(names.slice(0, index)).toContain(from);
      }
    }
    expect(readFileSync(dockerfilePath, 'utf8')).not.toMatch(/(ENV|ARG) \w*(TOKEN|PASSWORD|SECRET|KEY)/);
  });

  it('installs from the lock file alone, and runs no script of a package', () => {
    const installs = all.filter(({ keyword, text }) => keyword === 'RUN' && text.includes('npm'));
    for (const { text } of installs)
      expect(text).toMatch(/^npm ci --omit=dev --ignore-scripts --workspace=\S+$/);
    expect(installs).toHaveLength(Object.keys(targets).length + 1);
  });

  it('shows npm every workspace', () => {
    const manifests = dockerfile.stages.find(({ name }) => name === 'manifests')!.instructions;
    const copied = manifests.flatMap(({ text }) => /^(\S+)\/package\.json /.exec(text)?.[1] ?? []);
    expect(copied.sort()).toEqual([...workspaces.values()].map(({ folder }) => folder).sort());
  });
});

describe.each(Object.entries(targets))('image %s', (target, workspace) => {
  const stages = lineage(dockerfile, target);
  const instructions = stages.flatMap((stage) => stage.instructions);
  const of = (keyword: string) => instructions.filter((one) => one.keyword === keyword);

  it('is not root, has one entry point in exec form, and runs nothing while it is built', () => {
    expect(of('USER').map(({ text }) => text)).toEqual(['65532:65532']);
    expect(of('ENTRYPOINT')).toHaveLength(1);
    const [node, file, ...rest] = JSON.parse(of('ENTRYPOINT')[0]!.text);
    expect([node, rest]).toEqual(['/nodejs/bin/node', []]);
    expect(existsSync(join(repository, file))).toBe(true);
    expect(of('RUN')).toEqual([]);
  });

  it('holds exactly the packages of ours that the service uses', () => {
    const folders = of('COPY')
      .map(({ text }) => text.split(' '))
      .filter(([first]) => !first!.startsWith('--from=') && first!.endsWith('/'))
      .map(([first]) => first!.replace(/\/(src\/)?$/, ''));
    expect(folders.sort()).toEqual(closureOf(workspace, workspaces).map(({ folder }) => folder));
    const installed = of('COPY')[1]!.text;
    expect(installed).toBe(`--from=${target}-install /app/node_modules/ node_modules/`);
    const install = dockerfile.stages.find(({ name }) => name === `${target}-install`)!.instructions;
    expect(install.map(({ text }) => text)).toEqual([
      `npm ci --omit=dev --ignore-scripts --workspace=${workspace}`,
      String.raw`find node_modules -type f -regex '.*\.\(map\|d\.[cm]?ts\)' -delete`,
    ]);
  });
});

describe('workspaces', () => {
  const files = execFileSync('git', ['ls-files', 'schemas', 'packages', 'services'], {
    cwd: repository,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path.endsWith('.ts') && existsSync(join(repository, path)) && !isIgnored(path));

  it.each([...new Set(Object.values(targets).flatMap((name) => closureOf(name, workspaces)))])(
    '$name declares every package that its sources import',
    ({ name, folder, dependencies }) => {
      const own = files.filter((path) => path.startsWith(`${folder}/`) && !path.startsWith(`${folder}/web/`));
      const undeclared = own
        // The contract that brokers are tested by is a test in a file of its own.
        .filter((path) => !path.endsWith('/contract.ts'))
        .flatMap((path) =>
          [...readFileSync(join(repository, path), 'utf8').matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)/g)]
            .map(([, imported]) => imported!)
            .filter((one) => !one.startsWith('node:') && one !== name && !dependencies.includes(one))
            .map((one) => `${path} imports ${one}`),
        );
      expect(undeclared).toEqual([]);
    },
  );
});

describe('.dockerignore', () => {
  it.each([
    ['services/ingress/src/main.ts', false],
    ['package-lock.json', false],
    ['test/package.json', false],
    ['services/console/web/src/main.tsx', false],
    ['services/ingress/src/app.test.ts', true],
    ['services/ingress/src/app.stack.test.ts', true],
    ['services/console/src/console.testing.ts', true],
    ['test/run.ts', true],
    ['.env.example', true],
    ['.env', true],
    ['.git/config', true],
    ['.local/secrets', true],
    ['docs/architecture.md', true],
    ['node_modules/pino/package.json', true],
    ['services/console/web/dist/index.html', true],
  ])('%s: %s', (path, ignored) => {
    expect(isIgnored(path)).toBe(ignored);
  });
});
