/** What a text is, and which there are. Of the parts that are loaded later only the types are known here. */
import type { en } from './en.ts';
import type { personEn } from './person/person-en.ts';
import type { resultsEn } from './results/results-en.ts';
import type { setupEn } from './setup/setup-en.ts';

/** `one` and `other` go by the number `n`. */
export type Message = string | { readonly one: string; readonly other: string };

export type MessageKey =
  | keyof typeof en
  | keyof typeof personEn
  | keyof typeof resultsEn
  | keyof typeof setupEn;

/** Every text of a part, in another language. */
export type Translation<T> = Readonly<Record<keyof T, Message>>;
