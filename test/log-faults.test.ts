import { createLog } from '@adherence/runtime/log.ts';
import { expect, test } from 'vitest';
import { logFaults } from './log-faults.ts';

const secrets = ['url-token-of-odigo', 'anna@acme.example', 'pässword "1"'];
const faultsOf = (text: string, name = 'ingress-0') =>
  logFaults({
    logs: new Map([[name, text]]),
    secrets,
    serviceOf: (of) => (of === 'kafka' ? null : 'ingress'),
  });
const logged = (fields: object, message = 'request') => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  createLog({ service: 'ingress', destination }).info(fields, message);
  return lines.join('');
};

test('what a service logs as it should is right', () => {
  const error = new Error('away');
  expect(
    faultsOf(
      logged({ topic: 't', partition: 3, offset: 7, route: '/people/{id}', status: 200, tookMs: 1.5, error }),
    ),
  ).toEqual([]);
});

test.each([
  ['an address', { url: '/hooks/odigo/url-token-of-odigo' }],
  ['a field further down', { a: { b: ['x', 'Anna@ACME.example'] } }],
  ['an encoded address', { path: '/people?user=anna%40acme.example' }],
  ['a message of an error', { error: new Error('no user anna@acme.example') }],
  ['Basic authentication', { header: Buffer.from('url-token-of-odigo').toString('base64') }],
  ['escaped text', { said: 'it was pässword "1"' }],
])('a leak is found in %s', (_, fields) => {
  expect(faultsOf(logged(fields))).toEqual([expect.stringMatching(/^ingress-0:1 holds "...…"$/)]);
});

test('a leak is found where nothing else has to be right, and is not told again', () => {
  const [fault] = faultsOf('WARN client anna@acme.example\n', 'kafka');
  expect(fault).toBe('kafka:1 holds "ann…"');
  expect(faultsOf('WARN something\n', 'kafka')).toEqual([]);
});

test.each([
  ['text', 'listening on 8080\n', 'is no JSON object'],
  ['half a line', logged({}).slice(0, 30), 'is no JSON object'],
  ['another service', logged({}).replace('"ingress"', '"console"'), 'is not of ingress'],
  ['no level', logged({}).replace('"info"', '"loud"'), 'has no level'],
  ['no time', logged({}).replace(/"time":"[^"]*"/, '"time":1'), 'has no time'],
  ['a message with data in it', logged({}, 'took 17 ms'), 'has no constant message'],
  ['an offset that is no number', logged({ offset: '7' }), 'has another offset'],
  ['an address for a route', logged({ route: '/people/a?b=c' }), 'has another route'],
  ['an error that is text', logged({}).replace('"msg"', '"error":"away","msg"'), 'has another error'],
])('%s is a fault', (_, text, fault) => {
  expect(faultsOf(text)).toEqual([expect.stringContaining(fault)]);
});

test('a secret that would be found everywhere is refused', () => {
  expect(() => logFaults({ logs: new Map(), secrets: ['p1'], serviceOf: () => null })).toThrow('so short');
});
