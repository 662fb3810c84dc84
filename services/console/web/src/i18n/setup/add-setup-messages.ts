/** The texts of set-up come with its script. */
import { addMessages } from '../translate.ts';
import { setupEn } from './setup-en.ts';
import { setupFr } from './setup-fr.ts';

addMessages({ en: setupEn, fr: setupFr });
