/** Durations and ratios as text. Ratios come from the API, which computes them from the integers; here they are only shown. */
import { locale } from '../i18n/translate.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A running clock: `0:07`, `12:34`, `1:02:03`, `26:00:00`. Negative is `0:00`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / second));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** An amount of time: `0 min`, `45 s`, `12 min 30 s`, `7 h 05 min`. */
export function amountText(ms: number): string {
  if (ms === 0) return `0${space}min`;
  if (ms < minute) return `${Math.floor(ms / second)}${space}s`;
  if (ms < hour) {
    const seconds = Math.floor(ms / second) % 60;
    const minutes = `${Math.floor(ms / minute)}${space}min`;
    return seconds === 0 ? minutes : `${minutes} ${seconds}${space}s`;
  }
  const minutes = String(Math.floor(ms / minute) % 60).padStart(2, '0');
  return `${numberText(Math.floor(ms / hour))}${space}h ${minutes}${space}min`;
}

/** `83.3 %`; a dash where the ratio is undefined. */
export function percentText(ratio: number | null, digits = 1): string {
  if (ratio === null) return undefinedText;
  return new Intl.NumberFormat(locale.value, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(ratio);
}

export function numberText(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale.value, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A difference, to the minute: `+12 min`, `−81 h 26 min`, `0 min`. */
export function signedAmountText(ms: number): string {
  const rounded = Math.round(Math.abs(ms) / minute) * minute;
  const sign = rounded === 0 ? '' : ms < 0 ? '−' : '+';
  return sign + amountText(rounded);
}

/** A difference of ratios in points of a percent: `+1.2`, `−0.4`, `0.0`. */
export function pointsText(difference: number): string {
  return new Intl.NumberFormat(locale.value, {
    signDisplay: 'exceptZero',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
    .format(difference * 100)
    .replace('-', '−');
}

export const undefinedText = '–';
/** No-break, so that a number and its unit stay together. */
const space = '\u00a0';
