import '../styles/history.css';
import 'uplot/dist/uPlot.min.css';
import { resultsEn } from '../i18n/results/results-en.ts';
import { resultsFr } from '../i18n/results/results-fr.ts';
import { addMessages } from '../i18n/translate.ts';
import { ReportsScreen } from '../reports/reports-screen.tsx';
import { HistoryScreen } from './history-screen.tsx';

/** Loaded when history or reports are first opened, with its texts and styles. */
export function HistoryArea({ screen }: { readonly screen: 'history' | 'reports' }) {
  return screen === 'history' ? <HistoryScreen /> : <ReportsScreen />;
}

addMessages({ en: resultsEn, fr: resultsFr });
