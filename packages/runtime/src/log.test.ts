import { expect, test } from 'vitest';
import { OperationalError } from './errors.ts';
import { createLog } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLog({ service: 'test', destination }));
  return JSON.parse(lines.join('')) as Record<string, unknown>;
}

test('one JSON object with the service, the level by name, the time in ISO, the fields', () => {
  const line = logged((log) => log.child({ topic: 't' }).info({ offset: 7 }, 'taken'));
  expect(line).toMatchObject({ service: 'test', level: 'info', topic: 't', offset: 7, msg: 'taken' });
  expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test('secrets and personal data are cut out, also further down', () => {
  const fields = {
    token: 'SECRET',
    a: { password: 'SECRET', b: { externalUserId: 'SECRET' } },
    headers: { authorization: 'SECRET' },
  };
  expect(JSON.stringify(logged((log) => log.info(fields, 'x')))).not.toContain('SECRET');
});

test('of an error only what we know to be harmless: no request that a client hung onto it', () => {
  const cause = Object.assign(new Error('refused'), { config: { data: 'SECRET' }, code: 'ECONNREFUSED' });
  const line = logged((log) =>
    log.error({ error: new OperationalError('AWAY', 'the sink is away', cause) }, 'x'),
  );
  expect(line.error).toMatchObject({
    type: 'OperationalError',
    code: 'AWAY',
    message: 'the sink is away',
    cause: { code: 'ECONNREFUSED', message: 'refused' },
  });
  expect(JSON.stringify(line)).not.toContain('SECRET');
});
