/** A call of the console's API under /api/v1, as data. */
export interface ApiRequest {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body: unknown;
}
