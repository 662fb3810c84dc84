/**
 * `npm run chart`: writes the settings of the services into values.schema.json, and what the chart renders into
 * rendered/. The latter needs helm; without it, it says so.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { chartCases, merged, minimalValues } from './chart-cases.ts';
import { chartSettings, serviceNames } from './chart-settings.ts';
import { refusals } from './refusals.ts';
import { chartDigest, chartFolder, renderChart, renderedFolder, withoutContents } from './render-chart.ts';
import { findTool } from './tools.ts';

const schemaFile = join(chartFolder, 'values.schema.json');
const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
for (const service of serviceNames) schema.$defs[`${service}Settings`] = chartSettings(service);
writeFileSync(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
console.log('values.schema.json: written');

if (findTool('helm')) render();
else console.log('rendered/: not written, helm is not here (test/kubernetes/build-tools.sh makes it)');

// As the linter wants files to be.
execFileSync('biome', ['format', '--write', schemaFile, renderedFolder], { stdio: 'ignore' });

function render(): void {
  rmSync(renderedFolder, { recursive: true, force: true });
  mkdirSync(renderedFolder);
  for (const [name, values] of Object.entries(chartCases)) {
    const rendering = renderChart(values);
    if (!rendering.ok) throw new Error(`${name}: ${rendering.error}`);
    const documents = rendering.manifests.map((manifest) =>
      stringify(withoutContents(manifest), { lineWidth: 0, aliasDuplicateObjects: false }),
    );
    writeFileSync(join(renderedFolder, `${name}.yaml`), documents.join('---\n'));
  }
  const messages = refusals.map(({ name, values }) => {
    const rendering = renderChart(merged(minimalValues, values));
    if (rendering.ok) throw new Error(`${name}: it should have been refused`);
    return [
      name,
      rendering.error
        .split('\n')
        .filter((line) => /^ *- /.test(line))
        .join('\n'),
    ];
  });
  writeFileSync(
    join(renderedFolder, 'refusals.json'),
    `${JSON.stringify(Object.fromEntries(messages), null, 2)}\n`,
  );
  writeFileSync(join(renderedFolder, 'digest'), `${chartDigest()}\n`);
  console.log(`rendered/: ${Object.keys(chartCases).length} cases, ${refusals.length} refusals`);
}
