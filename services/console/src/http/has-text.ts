/** Is what was searched for in any of the texts, whatever the size of letters? */
export function hasText(search: string, texts: readonly (string | null | undefined)[]): boolean {
  const needle = search.trim().toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(needle));
}
