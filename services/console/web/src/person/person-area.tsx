import '../styles/person.css';
import { personEn } from '../i18n/person/person-en.ts';
import { personFr } from '../i18n/person/person-fr.ts';
import { addMessages } from '../i18n/translate.ts';

/** The texts of a person's day come with its script. */
addMessages({ en: personEn, fr: personFr });

export { PersonDayScreen } from './person-day-screen.tsx';
