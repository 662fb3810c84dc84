import { describe, expect, it } from 'vitest';
import { en, type MessageKey, type Messages } from './en.ts';
import { fr } from './fr.ts';
import { translate } from './translate.ts';

const placeholders = (message: (typeof fr)[MessageKey]): string[] => {
  const texts = typeof message === 'string' ? [message] : [message.one, message.other];
  return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();
};

describe('messages', () => {
  it('have the same placeholders in every language', () => {
    const keys = Object.keys(en) as MessageKey[];
    const of = (messages: Messages) => keys.map((key) => [key, placeholders(messages[key])]);
    expect(of(fr)).toEqual(of(en));
  });

  it('counts by the rules of the language', () => {
    expect(translate('en', 'board.teamCount', { n: 0 })).toBe('0 people');
    expect(translate('en', 'board.teamCount', { n: 1 })).toBe('1 person');
    expect(translate('fr', 'board.teamCount', { n: 0 })).toBe('0 personne');
    expect(translate('fr', 'board.teamCount', { n: 2 })).toBe('2 personnes');
  });

  it('writes numbers as the language does', () => {
    expect(translate('en', 'setup.rejected', { n: 12_345 })).toContain('12,345');
  });
});
