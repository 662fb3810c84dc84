import { effect, signal } from '@preact/signals';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { Message, MessageKey } from './message.ts';

export type { MessageKey };
export type Locale = 'en' | 'fr';
export const locales: readonly { readonly id: Locale; readonly name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'fr', name: 'Français' },
];
type Catalogue = Readonly<Record<string, Message>>;
const messages: Record<Locale, Catalogue> = { en, fr };
/** Raised when texts are added, so that what was drawn before is drawn again. */
const version = signal(0);

/** Adds the texts of a part of the application that is loaded when it is first opened. */
export function addMessages(more: Readonly<Record<Locale, Catalogue>>): void {
  for (const { id } of locales) messages[id] = { ...messages[id], ...more[id] };
  version.value = version.peek() + 1;
}

/** Above its first use, which is while this module loads. */
const storageKey = 'adherence.locale';
export const locale = signal<Locale>(chosenLocale());

/** The text of the language in force. Read while rendering it subscribes, so that a screen follows the language. */
export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  version.value;
  return translate(locale.value, key, values);
}

export function translate(
  language: Locale,
  key: MessageKey,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const message = messages[language][key] ?? key;
  const text =
    typeof message === 'string'
      ? message
      : new Intl.PluralRules(language).select(Number(values.n)) === 'one'
        ? message.one
        : message.other;
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}

export function startLocale(): void {
  effect(() => {
    document.documentElement.lang = locale.value;
    localStorage.setItem(storageKey, locale.value);
  });
}

function chosenLocale(): Locale {
  if (typeof localStorage === 'undefined') return 'en';
  const wanted = localStorage.getItem(storageKey) ?? navigator.language;
  return wanted.startsWith('fr') ? 'fr' : 'en';
}
