/**
 * What a configuration file would change, tried on a copy of the tenant's configuration by the very rules that the
 * log is folded with: either every entry is good, or nothing is written and every fault is told.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Change, Fault, Outcome } from '@adherence/domain/configuration/command.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import type { Exception, Integration, Person } from '@adherence/domain/configuration/entities.ts';
import { scratchOf } from '@adherence/domain/configuration/scratch.ts';
import { breakDetailContext, openSecretWithAny, sealSecret } from '@adherence/domain/configuration/secret.ts';
import type { ConfigurationState, TenantTables } from '@adherence/domain/configuration/tables.ts';
import { versionOf } from '@adherence/domain/configuration/version-of.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { secretsKeysOf } from '../config.ts';
import type { Environment } from '../environment.ts';
import type { ConfigurationFile, FileBreakDetail } from './file.ts';
import { type Step, stepsOf, twiceIn } from './file-steps.ts';
import { retentionFaults } from './retention.ts';
import { unknownPeople } from './unknown-people.ts';
import { commandWith, type Write } from './write.ts';

export interface PlannedWrite extends Write {
  /** Version that the plan was made for; null where an earlier write of the plan makes it. */
  readonly ifMatch: number | null;
}

export interface FilePlan {
  readonly writes: readonly PlannedWrite[];
  readonly changes: readonly Change[];
  readonly faults: readonly Fault[];
}

/** Lets others have their turn: a file may hold a hundred thousand people. */
export async function planFile(
  env: Pick<Environment, 'config' | 'random' | 'configuration' | 'health'>,
  tables: TenantTables,
  file: ConfigurationFile,
  removes: boolean,
  now: Instant,
): Promise<FilePlan> {
  const steps = stepsOf(file, tables, removes);
  const faults: Fault[] = twiceIn(steps);
  if (faults.length > 0) return { writes: [], changes: [], faults };
  faults.push(...retentionFaults(file.retentionDays ?? null, env.health.retentionDays(), 'retentionDays'));
  const trial = createTrial(env.configuration.state(), tables.tenantId, now);
  const retried: Step[] = [];
  for (const [index, step] of steps.entries()) {
    if (index % stepsPerTurn === stepsPerTurn - 1) await othersTurn();
    const sealed = step.entity === 'integration' ? withSecret(env, tables, step) : step;
    if ('fault' in sealed) {
      faults.push(sealed.fault);
      continue;
    }
    if (sealed.entity === 'exception' && sealed.action === 'put') {
      const { personIds } = sealed.document as Exception;
      const unknown = unknownPeople(trial.tables, personIds);
      faults.push(...unknown.map(({ path, message }) => ({ path: `${sealed.path}.${path}`, message })));
    }
    const outcome = trial.run(sealed);
    if (outcome.ok) continue;
    // Whom an external user is taken from may come later in the file.
    if (outcome.problem === 'conflict' && sealed.entity === 'person') retried.push(sealed);
    else faults.push(...faultsAt(sealed, outcome));
  }
  faults.push(...runAgain(retried, trial, tables));
  return { writes: trial.writes, changes: trial.changes, faults };
}

const stepsPerTurn = 500;

interface Trial {
  /** As they are after what was tried. */
  readonly tables: TenantTables;
  readonly writes: PlannedWrite[];
  readonly changes: Change[];
  readonly run: (step: Step) => Outcome;
}

function createTrial(state: ConfigurationState, tenantId: string, now: Instant): Trial {
  const scratch = scratchOf(state, tenantId);
  const writes: PlannedWrite[] = [];
  const changes: Change[] = [];
  const touched = new Set<string>();
  // Above every offset of the log, so that no version of the trial is taken for a stored one.
  let offset = Number.MAX_SAFE_INTEGER / 2;
  return {
    tables: scratch.tenants.get(tenantId)!,
    writes,
    changes,
    run({ entity, id, action, document }) {
      const write = { tenantId, entity, id, action, document };
      const { outcome } = fold(scratch, commandWith('trial', write, null, now, null), offset);
      offset += 1;
      if (!outcome.ok || !outcome.change) return outcome;
      const { change } = outcome;
      const key = `${entity}|${change.id}`;
      const isFirst = !touched.has(key);
      touched.add(key);
      writes.push({ ...write, ifMatch: isFirst ? versionOf(state, write) : null });
      changes.push(change);
      return outcome;
    },
  };
}

/** As long as somebody gives up what others want; where they want it of one another, all give it up first. */
function runAgain(steps: readonly Step[], trial: Trial, tables: TenantTables): Fault[] {
  let open = steps;
  for (let isGivenUp = false; open.length > 0; ) {
    const refused = open.filter((step) => !trial.run(step).ok);
    if (refused.length === open.length) {
      if (isGivenUp) return refused.flatMap((step) => faultsAt(step, trial.run(step)));
      isGivenUp = true;
      for (const step of refused) giveUp(step, trial, tables);
    }
    open = refused;
  }
  return [];
}

function giveUp(step: Step, trial: Trial, tables: TenantTables): void {
  const before = tables.people.get(step.id)?.document;
  if (!before) return;
  const wanted = new Set((step.document as Person).externalUsers.map((user) => JSON.stringify(user)));
  const externalUsers = before.externalUsers.filter((user) => wanted.has(JSON.stringify(user)));
  trial.run({ ...step, document: { ...before, externalUsers } });
}

function faultsAt({ path, entity, id }: Step, outcome: Outcome): Fault[] {
  if (outcome.ok) return [];
  return outcome.errors.map((error) => {
    if (path === '') return { path: '', message: `${entity} ${id} cannot be removed: ${error.message}` };
    return { path: error.path === '' ? path : `${path}.${error.path}`, message: error.message };
  });
}

/** The password is sealed, or stays as it is kept; a sealed one must open here. */
function withSecret(
  { config, random }: Pick<Environment, 'config' | 'random'>,
  tables: TenantTables,
  step: Step,
): Step | { readonly fault: Fault } {
  const { breakDetail, ...rest } = (step.document ?? {}) as { breakDetail?: FileBreakDetail | null };
  if (!breakDetail) return step;
  const { url, username, password, passwordSealed } = breakDetail;
  const stored: Integration['breakDetail'] = tables.integrations.get(step.id)?.document.breakDetail ?? null;
  const context = breakDetailContext(tables.tenantId, step.id);
  const open = (sealed: string) => openSecretWithAny(sealed, secretsKeysOf(config), context);
  const fault = (message: string) => ({ fault: { path: `${step.path}.breakDetail.password`, message } });
  const sealedAs = (passwordCiphertext: string): Step => {
    return { ...step, document: { ...rest, breakDetail: { url, username, passwordCiphertext } } };
  };
  if (password !== undefined) {
    const isKept = stored && open(stored.passwordCiphertext) === password;
    return sealedAs(
      isKept ? stored.passwordCiphertext : sealSecret(password, config.secretsKey, random(12), context),
    );
  }
  if (passwordSealed !== undefined) {
    if (passwordSealed === stored?.passwordCiphertext && url === stored.url) return sealedAs(passwordSealed);
    if (open(passwordSealed) === null) return fault('is needed: the sealed one does not open here');
    return sealedAs(passwordSealed);
  }
  return stored?.url === url ? sealedAs(stored.passwordCiphertext) : fault('is needed for a new address');
}
