import { dayEnd, dayStart } from '@adherence/domain/calendar.ts';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, getJson, postJson } from '../api/client.ts';
import type { FullSettings, Matches } from '../api/setup-types.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { directory } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { selectionQuery, zoneOfScope } from '../team-day/scope.ts';
import { now } from '../time/clock.ts';
import type { HistoryQuery } from './history-query.ts';
import { MatchRules } from './match-rules.tsx';
import {
  type Buffer,
  buffers,
  draftOf,
  graceModes,
  hypothesisOf,
  type InForce,
  type WhatIf,
} from './what-if.ts';
import { WhatIfResult } from './what-if-result.tsx';

/** What other buffers, grace and matches would have made of the range; nothing of it is stored. */
export function WhatIfPanel({ query }: { readonly query: HistoryQuery }) {
  const { data, error, reload } = useRequest('rules-in-force', async (signal): Promise<InForce> => {
    const [settings, matches] = await Promise.all([
      getJson<FullSettings>('/settings', {}, signal),
      getJson<Matches>('/matches', {}, signal),
    ]);
    return { settings, rules: matches.rules };
  });
  if (error) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p class="splash">{t('app.loading')}</p>;
  return <WhatIfForm query={query} inForce={data} />;
}

type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'computing' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'done'; readonly result: WhatIf };

function WhatIfForm({ query, inForce }: { readonly query: HistoryQuery; readonly inForce: InForce }) {
  const [draft, setDraft] = useState(() => draftOf(inForce));
  const [answer, setAnswer] = useState<Answer>({ kind: 'none' });
  const { scope, range } = query;
  // An answer speaks of the range that it was asked for.
  useEffect(() => setAnswer({ kind: 'none' }), [scope, range]);
  const hypothesis = hypothesisOf(draft, inForce);
  const compute = () => {
    const zone = zoneOfScope(scope, directory.peek());
    const { personId, ...filter } = selectionQuery(scope);
    const body = {
      from: new Date(dayStart(zone, range.from)).toISOString(),
      to: new Date(Math.min(dayEnd(zone, range.to), now.peek())).toISOString(),
      ...filter,
      ...(personId === undefined ? {} : { personIds: [personId] }),
      ...hypothesis,
    };
    setAnswer({ kind: 'computing' });
    postJson('/what-if', body).then(
      (result) => setAnswer({ kind: 'done', result: result as WhatIf }),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        setAnswer({ kind: 'failed', error });
      },
    );
  };
  const setBuffer = (name: Buffer, text: string) => {
    const seconds = Number(text);
    if (text.trim() === '' || !Number.isInteger(seconds) || seconds < 0) return;
    setDraft({ ...draft, bufferSeconds: { ...draft.bufferSeconds, [name]: seconds } });
  };

  return (
    <div class="what-if">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (hypothesis) compute();
        }}
      >
        <p class="hint">{t('whatIf.help')}</p>
        <fieldset class="range-picker">
          <legend>{t('whatIf.buffers')}</legend>
          {buffers.map((name) => (
            <label key={name}>
              <span>{t(`metric.${name}`)}</span>
              <input
                type="number"
                min="0"
                max="86400"
                step="1"
                value={draft.bufferSeconds[name]}
                onInput={(event) => setBuffer(name, event.currentTarget.value)}
              />
            </label>
          ))}
          <label>
            <span>{t('whatIf.grace')}</span>
            <select
              value={draft.graceMode}
              onChange={(event) => {
                const graceMode = graceModes.find((mode) => mode === event.currentTarget.value);
                if (graceMode) setDraft({ ...draft, graceMode });
              }}
            >
              {graceModes.map((mode) => (
                <option key={mode} value={mode}>
                  {t(`whatIf.grace.${mode}`)}
                </option>
              ))}
            </select>
          </label>
        </fieldset>
        <MatchRules
          rules={draft.rules}
          inForce={inForce.rules}
          onChange={(rules) => setDraft({ ...draft, rules })}
        />
        <div class="buttons">
          <button type="submit" class="primary" disabled={!hypothesis || answer.kind === 'computing'}>
            {t('whatIf.compute')}
          </button>
          <button type="button" disabled={!hypothesis} onClick={() => setDraft(draftOf(inForce))}>
            {t('whatIf.reset')}
          </button>
        </div>
        <p class="hint" role="status">
          {answer.kind === 'computing' ? t('whatIf.computing') : !hypothesis && t('whatIf.same')}
        </p>
      </form>
      {answer.kind === 'failed' && <ErrorNotice error={answer.error} retry={compute} />}
      {answer.kind === 'done' && <WhatIfResult result={answer.result} />}
    </div>
  );
}
