import { matchesSchemaWith, personSchema, settingsSchema } from '@adherence/domain/configuration/entities.ts';
import { describe, expect, it } from 'vitest';
import { faultText } from './fault-text.ts';
import { faultsOfSchema, instantOfForm } from './faults-of-schema.ts';

const textsOf = (...args: Parameters<typeof faultsOfSchema>) =>
  faultsOfSchema(...args).map(({ path, message }) => `${path}: ${faultText(message)}`);

describe('faults of the API’s own schemas', () => {
  it('are told at once, each in a sentence for people', () => {
    const person = {
      name: '',
      team: 'x'.repeat(101),
      externalUsers: [{ integrationId: '!', externalUserId: ' ' }],
    };
    expect(textsOf(personSchema, person)).toEqual([
      'name: This is needed.',
      'team: At most 100 characters.',
      'externalUsers[0].integrationId: 1 to 64 letters, digits, dots, hyphens or underscores; it begins with a letter or digit.',
      'externalUsers[0].externalUserId: This is needed.',
    ]);
  });

  it('of numbers say the limits', () => {
    const settings = {
      targetScore: 1.2,
      bufferSeconds: { notPresent: -1, wrongActivity: 1.5, notScheduled: null },
    };
    expect(textsOf(settingsSchema, settings)).toEqual([
      'targetScore: At most 1.',
      'bufferSeconds.notPresent: At least 0.',
      'bufferSeconds.wrongActivity: A whole number.',
      'bufferSeconds.notScheduled: This is needed.',
    ]);
  });

  it('of instants are about what was typed', () => {
    expect(textsOf(matchesSchemaWith(instantOfForm), { rules: [], validFrom: 7 })).toEqual([
      'validFrom: A date and time.',
    ]);
    expect(textsOf(matchesSchemaWith(instantOfForm), { rules: [], validFrom: null })).toEqual([]);
  });

  it('that nobody translated are repeated', () => {
    expect(faultText('unknown integration nowhere')).toBe('Unknown integration nowhere');
  });
});
