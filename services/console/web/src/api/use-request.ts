import { useEffect, useState } from 'preact/hooks';
import { ApiError } from './client.ts';

export interface RequestState<T> {
  /** The last answer; kept while the next one is on its way, so that a screen does not flicker. */
  readonly data: T | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/**
 * Loads when the key changes, and every `refreshMs` while the page is looked at. An answer that is no longer wanted
 * is dropped.
 */
export function useRequest<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  refreshMs?: number,
): RequestState<T> {
  const [state, setState] = useState<Loaded<T>>({ key: null, data: null, error: null });
  const [round, setRound] = useState(0);
  const reload = () => setRound((n) => n + 1);

  // The key stands for all that `load` closes over.
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal).then(
      (data) => setState({ key, data, error: null }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setState((before) => ({ key, data: before.key === key ? before.data : null, error }));
      },
    );
    return () => controller.abort();
  }, [key, round]);

  useEffect(() => {
    if (refreshMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, refreshMs);
    return () => clearInterval(timer);
  }, [refreshMs]);

  return { data: state.data, error: state.error, loading: state.key !== key, reload };
}

interface Loaded<T> {
  /** The key that the answer belongs to; null before the first. */
  readonly key: string | null;
  readonly data: T | null;
  readonly error: ApiError | null;
}
