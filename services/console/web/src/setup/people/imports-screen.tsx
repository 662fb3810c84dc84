import { useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, postFile } from '../../api/client.ts';
import type { ImportReport } from '../../api/setup-types.ts';
import { Choice } from '../../components/choice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { faultText } from '../../components/form/fault-text.ts';
import { RawText } from '../../components/raw-text.tsx';
import { LocalTable } from '../../components/table/local-table.tsx';
import { saveFile } from '../../components/table/save-file.ts';
import { reloadDirectory } from '../../directory.ts';
import { numberText } from '../../format/amount.ts';
import { t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { examples, type ImportKind, importKinds } from './import-examples.ts';
import { linesOfFile, typeOfFile } from './import-file.ts';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly lines: number; readonly done: number }
  | { readonly kind: 'done'; readonly report: ImportReport; readonly lines: ReadonlyMap<number, string> }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'stopped' };

/** Many people or schedules from a file: progress while it runs, and every bad line afterwards. */
export function ImportsScreen() {
  const kind = importKinds.find((each) => each === place.value.query.get('kind')) ?? 'people';
  return (
    <>
      <ScreenHead title={t('setup.imports')} lead={t('imports.lead')} />
      <Choice
        label={t('imports.what')}
        name="import-kind"
        value={kind}
        options={importKinds.map((value) => ({ value, text: t(`imports.${value}`) }))}
        onChoose={(value) => setQuery({ kind: value === 'people' ? null : value })}
      />
      <Import key={kind} kind={kind} />
    </>
  );
}

function Import({ kind }: { readonly kind: ImportKind }) {
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const [state, setState] = useState<State>({ kind: 'idle' });
  const stopping = useRef<AbortController | null>(null);

  const run = async () => {
    if (!file) return setMissing(true);
    const controller = new AbortController();
    stopping.current = controller;
    setState({ kind: 'running', lines: 0, done: 0 });
    try {
      for await (const line of postFile(`/${kind}/import`, file, typeOfFile(file.name), controller.signal)) {
        const next = await stateOf(line as ImportLine, file);
        setState(next);
        if (next.kind === 'done' && kind === 'people') await reloadDirectory();
      }
    } catch (error) {
      if (error instanceof ApiError) setState({ kind: 'failed', error });
      else if (controller.signal.aborted) setState({ kind: 'stopped' });
      else throw error;
    }
  };
  const isRunning = state.kind === 'running';
  return (
    <>
      <form
        class="panel form-panel import"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <div class="field">
          <label for="import-file">
            <span>{t('imports.file')}</span>
          </label>
          <input
            id="import-file"
            type="file"
            accept=".csv,.json,.ndjson,.jsonl,text/csv,application/json"
            disabled={isRunning}
            aria-describedby={missing ? 'import-missing import-hint' : 'import-hint'}
            aria-invalid={missing || undefined}
            onChange={({ currentTarget }) => {
              setFile(currentTarget.files?.[0] ?? null);
              setMissing(false);
              setState({ kind: 'idle' });
            }}
          />
          {missing && (
            <p class="problem" id="import-missing" role="alert">
              {t('imports.choose')}
            </p>
          )}
          <p class="hint" id="import-hint">
            {t(`imports.hint.${kind}`)}
          </p>
        </div>
        <RawText label={t('imports.example')} text={examples[kind]} />
        <div class="dialog-foot">
          <button type="button" onClick={() => saveFile(`${kind}-example.csv`, examples[kind])}>
            {t('imports.saveExample')}
          </button>
          {isRunning && (
            <button type="button" onClick={() => stopping.current?.abort()}>
              {t('imports.stop')}
            </button>
          )}
          <button type="submit" class="primary" disabled={isRunning}>
            {t(isRunning ? 'imports.running' : 'imports.start')}
          </button>
        </div>
      </form>
      <div role="status">
        <Outcome state={state} />
      </div>
      {state.kind === 'done' && state.report.rejected.length > 0 && (
        <BadLines kind={kind} report={state.report} lines={state.lines} />
      )}
    </>
  );
}

type ImportLine =
  | { readonly progress: { readonly lines: number; readonly done: number } }
  | {
      readonly problem: {
        readonly status: number;
        readonly detail: string;
        readonly errors?: ApiError['faults'];
      };
    }
  | ImportReport;

async function stateOf(line: ImportLine, file: File): Promise<State> {
  if ('progress' in line) return { kind: 'running', ...line.progress };
  if ('problem' in line) {
    const { status, detail, errors } = line.problem;
    return { kind: 'failed', error: new ApiError(status, detail, errors) };
  }
  const bad = new Set(line.rejected.map((rejected) => rejected.line));
  return { kind: 'done', report: line, lines: await linesOfFile(file, bad) };
}

function Outcome({ state }: { readonly state: State }) {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'running':
      return (
        <div class="notice">
          <p>
            {state.lines === 0
              ? t('imports.reading')
              : t('imports.progress', { done: numberText(state.done), n: state.lines })}
          </p>
          <progress max={Math.max(1, state.lines)} value={state.done} aria-label={t('imports.running')} />
        </div>
      );
    case 'stopped':
      return <p class="notice warning">{t('imports.stopped')}</p>;
    case 'failed':
      return (
        <>
          <ErrorNotice error={state.error} />
          <p class="hint">{t('imports.failed')}</p>
        </>
      );
    case 'done': {
      const { accepted, rejected } = state.report;
      return (
        <p class={rejected.length === 0 ? 'notice good' : 'notice warning'}>
          {t('imports.accepted', { n: accepted })}{' '}
          {rejected.length > 0 && t('imports.rejected', { n: rejected.length })}
        </p>
      );
    }
  }
}

interface BadLinesProps {
  readonly kind: ImportKind;
  readonly report: ImportReport;
  readonly lines: ReadonlyMap<number, string>;
}

/** Every line that was not taken, what is wrong with it, and the line itself. */
function BadLines({ kind, report, lines }: BadLinesProps) {
  const rows = useMemo(
    () =>
      report.rejected.flatMap(({ line, errors }) =>
        errors.map(({ path, message }, index) => ({ key: `${line}|${index}`, line, path, message })),
      ),
    [report],
  );
  return (
    <section class="section" aria-labelledby="bad-lines">
      <h2 id="bad-lines">{t('imports.badLines')}</h2>
      <LocalTable
        name={`${kind}-import-faults`}
        label={t('imports.badLines')}
        rows={rows}
        rowKey={({ key }) => key}
        rowName={({ line }) => String(line)}
        columns={[
          {
            key: 'line',
            header: t('imports.line'),
            text: ({ line }) => String(line),
            order: ({ line }) => line,
          },
          { key: 'field', header: t('conflict.field'), text: ({ path }) => path, kind: 'raw' },
          { key: 'fault', header: t('imports.fault'), text: ({ message }) => faultText(message) },
          {
            key: 'text',
            header: t('imports.text'),
            kind: 'raw',
            text: ({ line }) => lines.get(line) ?? '',
            cell: ({ line }) => <span class="clip">{lines.get(line) ?? '–'}</span>,
          },
        ]}
        empty={<p>{t('setup.none')}</p>}
      />
    </section>
  );
}
