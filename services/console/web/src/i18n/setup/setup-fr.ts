/** French texts of set-up. */
import type { Translation } from '../message.ts';
import { guideFr } from './guide-fr.ts';
import { screensFr } from './screens-fr.ts';
import type { setupEn } from './setup-en.ts';

export const setupFr: Translation<typeof setupEn> = { ...guideFr, ...screensFr };
