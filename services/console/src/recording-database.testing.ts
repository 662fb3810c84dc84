/** A database that notes what it is asked, and answers with the rows that a test gives it. */
import type { Database } from './environment.ts';

export interface Asked {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface RecordingDatabase extends Database {
  /** Statements since the last call, and forgets them. */
  readonly taken: () => readonly Asked[];
}

export function createRecordingDatabase(rows: (asked: Asked) => object[] = () => []): RecordingDatabase {
  let asked: Asked[] = [];
  return {
    query: async <T>(sql: string, parameters: Readonly<Record<string, unknown>> = {}) => {
      const statement = { sql, parameters };
      asked.push(statement);
      return rows(statement) as T[];
    },
    taken() {
      const taken = asked;
      asked = [];
      return taken;
    },
  };
}
