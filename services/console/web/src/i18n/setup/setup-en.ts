/** English texts of set-up. */
import { guideEn } from './guide-en.ts';
import { screensEn } from './screens-en.ts';

export const setupEn = { ...guideEn, ...screensEn } as const;
