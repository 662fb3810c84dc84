/** Documents of a later version of this program, on the log that both follow. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from './command.ts';
import type { EntityKind } from './entities.ts';
import { command, contactCentre, given } from './given.testing.ts';

describe('what a later version wrote', () => {
  const person = (more: object) => ({
    name: 'A',
    externalUsers: [{ integrationId: 'odigo', externalUserId: 'a', ...more }],
    ...more,
  });
  const documents: [EntityKind, string, object, object][] = [
    ['activity', 'x', { name: 'X', type: 'Break' }, { later: 1 }],
    ['person', 'a', person({}), person({ later: { deep: [1] } })],
    ['settings', '', { targetScore: 0.8 }, { bufferSeconds: { notPresent: 60, later: 1 } }],
    ['matches', '', { rules: [] }, { later: 1 }],
    ['statusMapping', '', { integrationId: 'odigo', status: 'X', activityId: 'calls' }, { later: 1 }],
    ['tenant', 't1', { name: 'One', timeZone: 'Europe/Paris' }, { later: 1 }],
  ];

  it.each(documents)(
    '%s: is taken as far as it is known, and a later field is a change',
    (kind, id, of, more) => {
      const plain = command(kind, id, of);
      const later = command(kind, id, { ...of, ...more });
      const { outcomes } = given(...contactCentre, plain, later, later, plain);
      const [first, second, third, fourth] = outcomes.slice(-4);
      expect(first!.unknown).toBeUndefined();
      expect(problemOf(second!)).toBe('replaced');
      expect(second).toMatchObject({ unknown: true, change: { after: { ...of, ...more } } });
      expect(problemOf(third!)).toBe('unchanged');
      expect(problemOf(fourth!)).toBe('replaced');
    },
  );

  it('is refused where it makes no sense without what is not known, and told', () => {
    const kind = { ...command('activity', 'x', { name: 'X', type: 'Break' }), entity: 'later' };
    const type = command('activity', 'x', { name: 'X', type: 'Later' });
    const { outcomes } = given(...contactCentre, kind, type, { ...type, document: { later: 1 } });
    for (const outcome of outcomes.slice(-3)) expect(outcome).toMatchObject({ ok: false, unknown: true });
  });

  it('is taken with a field more in the command itself', () => {
    const { last, tables } = given(...contactCentre, {
      ...command('activity', 'x', { name: 'X', type: 'Break' }),
      later: 1,
    });
    expect(last).toMatchObject({ ok: true, created: true, unknown: true });
    expect(tables.activities.get('x')!.document).toEqual({ name: 'X', type: 'Break' });
  });
});

function problemOf(outcome: Outcome): string {
  if (!outcome.ok) return outcome.problem;
  if (!outcome.change) return 'unchanged';
  return outcome.created ? 'created' : 'replaced';
}
