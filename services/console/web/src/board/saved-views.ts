/** Named sets of filters, kept in this browser for each tenant. What a view shows is in its address. */
export interface SavedView {
  readonly name: string;
  /** Query of the board's address. */
  readonly query: string;
}

/** The part of the browser's storage that is needed. */
export interface Store {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

const keyOf = (tenantId: string): string => `adherence.views.${tenantId}`;
const maxViews = 50;

/** What somebody else has written there is no reason to stop. */
export function savedViews(store: Store, tenantId: string): SavedView[] {
  const text = store.getItem(keyOf(tenantId));
  if (text === null) return [];
  try {
    const views: unknown = JSON.parse(text);
    return Array.isArray(views) ? views.filter(isView) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** A view of the same name is replaced. Returns all, by name. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...withoutView(views, view.name), view]
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, maxViews);
}

export const withoutView = (views: readonly SavedView[], name: string): SavedView[] =>
  views.filter((view) => view.name !== name);

export function storeViews(store: Store, tenantId: string, views: readonly SavedView[]): void {
  store.setItem(keyOf(tenantId), JSON.stringify(views));
}

const isView = (view: unknown): view is SavedView =>
  typeof (view as SavedView | null)?.name === 'string' && typeof (view as SavedView).query === 'string';
