import type { ApiError } from '../api/client.ts';
import { t } from '../i18n/translate.ts';

/** What went wrong, and what to do about it. */
export function ErrorNotice({
  error,
  retry,
}: {
  readonly error: ApiError;
  readonly retry?: (() => void) | undefined;
}) {
  return (
    <div class="notice error" role="alert">
      <p>{errorText(error)}</p>
      {error.faults.length > 0 && (
        <ul>
          {error.faults.map(({ path, message }) => (
            <li key={path + message}>{path ? `${path}: ${message}` : message}</li>
          ))}
        </ul>
      )}
      {retry && error.status !== 403 && error.status !== 404 && (
        <button type="button" onClick={retry}>
          {t('error.retry')}
        </button>
      )}
    </div>
  );
}

export function errorText({ status, message }: ApiError): string {
  switch (status) {
    case 0:
      return t('error.unreachable');
    case 403:
      return t('error.forbidden');
    case 404:
      return t('error.notFound');
    case 409:
      return t('error.conflict');
    case 412:
      return t('error.changed');
    case 429:
      return t('error.tooMany');
    case 502:
    case 503:
    case 504:
      return t('error.unavailable');
    default:
      return t('error.other', { status: String(status), detail: message });
  }
}
