import { compileRules, valueAt } from '@adherence/domain/compute/rules.ts';
import { command, contactCentre, given } from '@adherence/domain/configuration/given.testing.ts';
import type { TenantRules } from '@adherence/domain/configuration/tables.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hypothesisFields, suppose } from './hypothesis.ts';

const graced = (notPresent: number, validFrom: number | null) =>
  command('settings', '', { bufferSeconds: { notPresent }, validFrom }, { writtenAt: 5_000 });
const mapped = (activityId: string, validFrom: number | null) =>
  command('statusMapping', '', { integrationId: 'odigo', status: 'READY', activityId, validFrom });
const { tables } = given(
  ...contactCentre,
  graced(60, null),
  graced(120, 2_000_000),
  mapped('calls', null),
  mapped('lunch', 2_000_000),
);

const body = z.strictObject(hypothesisFields);
const supposing = (hypothesis: z.input<typeof body>) => suppose(tables, body.parse(hypothesis), 9_000_000);
function rulesUnder(hypothesis: z.input<typeof body>): TenantRules {
  const supposed = supposing(hypothesis);
  if (!supposed.ok) throw new Error(JSON.stringify(supposed.faults));
  return supposed.rules;
}
const bufferAt = (rules: TenantRules, at: number) =>
  valueAt(compileRules(rules).settings, at).bufferSeconds.notPresent;
const activityAt = (rules: TenantRules, at: number) =>
  valueAt(compileRules(rules).mapping('odigo', 'READY', null), at);

describe('a hypothesis', () => {
  it('without validFrom holds for all time, in place of every version', () => {
    const rules = rulesUnder({
      settings: { bufferSeconds: { notPresent: 7 } },
      statusMappings: [{ integrationId: 'odigo', status: 'READY', activityId: 'present' }],
    });
    expect([0, 3_000_000].map((at) => bufferAt(rules, at))).toEqual([7, 7]);
    expect([0, 3_000_000].map((at) => activityAt(rules, at))).toEqual(['present', 'present']);
  });

  it('with validFrom is one version more', () => {
    const validFrom = '1970-01-01T00:16:40Z';
    const rules = rulesUnder({
      settings: { bufferSeconds: { notPresent: 7 }, validFrom },
      statusMappings: [{ integrationId: 'odigo', status: 'READY', activityId: 'present', validFrom }],
    });
    expect([0, 1_000_000, 2_000_000].map((at) => bufferAt(rules, at))).toEqual([60, 7, 120]);
    expect([0, 1_000_000, 2_000_000].map((at) => activityAt(rules, at))).toEqual([
      'calls',
      'present',
      'lunch',
    ]);
  });

  it('leaves what it does not name, and the tables, as they are', () => {
    const rules = rulesUnder({ matches: { rules: [{ actual: 'offline', scheduled: 'activity:lunch' }] } });
    expect(rules.settings).toBe(tables.rules.settings);
    expect(activityAt(rules, 3_000_000)).toBe('lunch');
    expect(rules.matches).toHaveLength(1);
    expect(tables.rules.matches).toEqual([]);
    expect(bufferAt(tables.rules, 0)).toBe(60);
    expect(activityAt(tables.rules, 0)).toBe('calls');
  });

  it('is judged as what is really written, with every fault at its place', () => {
    const supposed = supposing({
      matches: { rules: [{ actual: 'activity:gone', scheduled: 'type:Break' }] },
      statusMappings: [
        { integrationId: 'odigo', status: 'READY', activityId: 'calls' },
        { integrationId: 'nowhere', status: 'READY', activityId: 'gone' },
      ],
    });
    expect(supposed.ok || supposed.faults.map(({ path }) => path)).toEqual([
      'matches.rules[0].actual',
      'statusMappings[1].integrationId',
      'statusMappings[1].activityId',
    ]);
  });
});
