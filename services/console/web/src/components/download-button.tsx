import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Query } from '../api/client.ts';
import { type DownloadFault, downloadCsv, Interrupted } from '../api/download.ts';
import { numberText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { errorText } from './error-notice.tsx';
import { saveFile } from './table/save-file.ts';

interface DownloadButtonProps {
  readonly label: string;
  readonly path: string;
  readonly query: Query;
  readonly fileName: string;
  readonly primary?: boolean;
}

type Download =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly lines: number }
  | { readonly kind: 'done'; readonly lines: number }
  | { readonly kind: 'failed'; readonly error: DownloadFault };

/** Saves a CSV of the API; tells how far it is, and keeps nothing of a file that did not come whole. */
export function DownloadButton({ label, path, query, fileName, primary = false }: DownloadButtonProps) {
  const [state, setState] = useState<Download>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = () => {
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'running', lines: 0 });
    downloadCsv(path, query, (lines) => setState({ kind: 'running', lines }), controller.signal).then(
      ({ content, lines }) => {
        saveFile(fileName, content);
        setState({ kind: 'done', lines });
      },
      (error: unknown) => {
        if (controller.signal.aborted) setState({ kind: 'idle' });
        else if (error instanceof ApiError || error instanceof Interrupted)
          setState({ kind: 'failed', error });
        else throw error;
      },
    );
  };

  return (
    <div class="download">
      <button
        type="button"
        class={primary ? 'primary' : ''}
        disabled={state.kind === 'running'}
        onClick={start}
      >
        {label}
      </button>
      {state.kind === 'running' && (
        <>
          <span class="muted">{t('download.running', { n: state.lines })}</span>
          <button type="button" class="quiet" onClick={() => running.current?.abort()}>
            {t('download.cancel')}
          </button>
        </>
      )}
      <p class={state.kind === 'failed' ? 'download-said problem' : 'download-said muted'} role="status">
        {state.kind === 'done' && t('download.done', { n: state.lines, name: fileName })}
        {state.kind === 'failed' &&
          (state.error instanceof Interrupted
            ? t('download.interrupted', { lines: numberText(state.error.lines) })
            : errorText(state.error))}
      </p>
    </div>
  );
}
