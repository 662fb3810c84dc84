/** The address bar as a signal. Every filter lives in the query, so that a link shows what its sender saw. */
import { signal } from '@preact/signals';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

export const place = signal<Place>(current());
/** Did one come from another screen? Then the focus goes to the heading of the new one. */
let navigated = false;
export const hasNavigated = (): boolean => navigated;

export function navigate(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  navigated = true;
  place.value = current();
}

/** Changes some parameters of the query; null takes one away. Typing replaces, choosing adds to the history. */
export function setQuery(changes: Readonly<Record<string, string | null>>, replace = false): void {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  navigate(hrefOf(place.peek().path, query), { replace });
}

export function hrefOf(path: string, query: URLSearchParams | Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query as Record<string, string>).toString();
  return text ? `${path}?${text}` : path;
}

/** Parameters of a pattern like `/people/:id`, null when the path is another one. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith(':')) {
      const value = decoded(given[i]!);
      if (!value) return null;
      parameters[part.slice(1)] = value;
    } else if (part !== given[i]) return null;
  }
  return parameters;
}

/** Ordinary links become navigation; those with a modifier key, a target or another origin stay the browser's. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    place.value = current();
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function current(): Place {
  if (typeof location === 'undefined') return { path: '/', query: new URLSearchParams() };
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}
