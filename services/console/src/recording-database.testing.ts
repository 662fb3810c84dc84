/** A database that notes what it is asked, and answers with the rows that a test gives it. */
import type { TestDatabase } from './console.testing.ts';

export interface Asked {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface RecordingDatabase extends TestDatabase {
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
    queryBlocks: async (sql) => {
      asked.push({ sql, parameters: {} });
      return [];
    },
    taken() {
      const taken = asked;
      asked = [];
      return taken;
    },
  };
}
