import { entityKinds } from '@adherence/domain/configuration/command.ts';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { Message } from './message.ts';
import { personEn } from './person/person-en.ts';
import { personFr } from './person/person-fr.ts';
import { resultsEn } from './results/results-en.ts';
import { resultsFr } from './results/results-fr.ts';
import { setupEn } from './setup/setup-en.ts';
import { setupFr } from './setup/setup-fr.ts';
import { addMessages, translate } from './translate.ts';

const placeholders = (message: Message): string[] => {
  const texts = typeof message === 'string' ? [message] : [message.one, message.other];
  return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();
};

describe('messages', () => {
  it.each([
    ['the application', en, fr],
    ['set-up', setupEn, setupFr],
    ['a person’s day', personEn, personFr],
    ['history and reports', resultsEn, resultsFr],
  ] as const)('of %s have the same placeholders in every language', (_, english, french) => {
    const of = (messages: Readonly<Record<string, Message>>) =>
      Object.keys(english).map((key) => [key, placeholders(messages[key]!)]);
    expect(of(french)).toEqual(of(english));
  });

  it('of French have no space before its marks at which a line may break', () => {
    const texts = [fr, setupFr, personFr, resultsFr].flatMap((part) =>
      Object.values<Message>(part).flatMap((message) =>
        typeof message === 'string' ? [message] : [message.one, message.other],
      ),
    );
    expect(texts.filter((text) => / [;:!?»%]|« /.test(text))).toEqual([]);
  });

  it('name every kind of thing that can change', () => {
    const missing = [...entityKinds, 'schedule'].filter((kind) => !(`entity.${kind}` in setupEn));
    expect(missing).toEqual([]);
  });

  it('counts by the rules of the language', () => {
    expect(translate('en', 'board.teamCount', { n: 0 })).toBe('0 people');
    expect(translate('en', 'board.teamCount', { n: 1 })).toBe('1 person');
    expect(translate('fr', 'board.teamCount', { n: 0 })).toBe('0 personne');
    expect(translate('fr', 'board.teamCount', { n: 2 })).toBe('2 personnes');
  });

  it('of a part are there once it is loaded', () => {
    expect(translate('fr', 'setup.people')).toBe('setup.people');
    addMessages({ en: setupEn, fr: setupFr });
    expect(translate('fr', 'setup.people')).toBe('Personnes');
  });

  it('writes numbers as the language does', () => {
    expect(translate('en', 'board.teamCount', { n: 12_345 })).toContain('12,345');
  });
});
