/** Light or dark: as the system says, until the person says otherwise. */
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Above its first use, which is while this module loads. */
const storageKey = 'adherence.theme';
export const theme = signal<Theme>(stored());
const systemDark = matchMedia('(prefers-color-scheme: dark)');
/** Raised when the colours in force change; what is drawn on a canvas is drawn again. */
export const coloursVersion = signal(0);

export function startTheme(): void {
  effect(() => {
    const chosen = theme.value;
    localStorage.setItem(storageKey, chosen);
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    coloursVersion.value = coloursVersion.peek() + 1;
  });
  systemDark.addEventListener('change', () => {
    coloursVersion.value++;
  });
}

function stored(): Theme {
  const text = localStorage.getItem(storageKey);
  return themes.find((each) => each === text) ?? 'system';
}
