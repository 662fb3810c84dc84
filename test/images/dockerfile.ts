/** deploy/Dockerfile as a list of stages, in as much of its language as it uses; anything else throws. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const repository: string = join(import.meta.dirname, '../..');
export const dockerfilePath: string = join(repository, 'deploy/Dockerfile');

export interface Instruction {
  readonly line: number;
  readonly keyword: string;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** An image, or the name of another stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Defaults of the arguments before the first stage. */
  readonly args: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

export function parseDockerfile(text: string = readFileSync(dockerfilePath, 'utf8')): Dockerfile {
  const args: Record<string, string> = {};
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    const { keyword, text: rest, line } = instruction;
    if (keyword === 'FROM') {
      const named = /^(\S+) AS ([a-z][a-z0-9-]*)$/.exec(rest);
      if (!named) throw new Error(`line ${line}: FROM needs "image AS name"`);
      const from = named[1]!.replace(/^\$\{(\w+)\}$/, (_, name: string) => args[name] ?? '');
      stages.push({ name: named[2]!, from, instructions: [] });
    } else if (stages.length === 0) {
      const given = /^(\w+)=(\S+)$/.exec(rest);
      if (keyword !== 'ARG' || !given) throw new Error(`line ${line}: only ARG NAME=value before FROM`);
      args[given[1]!] = given[2]!;
    } else {
      if (!known.has(keyword)) throw new Error(`line ${line}: ${keyword} is not used here`);
      stages.at(-1)!.instructions.push(instruction);
    }
  }
  return { args, stages };
}

const known = new Set(['WORKDIR', 'COPY', 'RUN', 'ENV', 'LABEL', 'USER', 'EXPOSE', 'ENTRYPOINT']);

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: { line: number; text: string } | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const part = content.replace(/\\$/, '').trim();
    open = open ? { line: open.line, text: `${open.text} ${part}` } : { line: index + 1, text: part };
    if (content.endsWith('\\')) continue;
    const [keyword, ...rest] = open.text.split(' ');
    found.push({ line: open.line, keyword: keyword!, text: rest.join(' ') });
    open = null;
  }
  return found;
}

/** The stage and those that it is built on, from the bottom up. */
export function lineage(dockerfile: Dockerfile, target: string): Stage[] {
  const stage = dockerfile.stages.find(({ name }) => name === target);
  if (!stage) return [];
  return [...lineage(dockerfile, stage.from), stage];
}
