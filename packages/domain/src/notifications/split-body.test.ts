import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseItem } from './parse.ts';
import { maxDepth, maxItemBytes, maxItems, splitBody } from './split-body.ts';

const a = '{"agentId":"a","status":"READY"}';
const b = '{"agentId":"b","status":"TALK"}';

describe('splitBody', () => {
  it.each([
    ['one object', a, [a]],
    ['an array', `[${a},${b}]`, [a, b]],
    ['an array with blanks', `\r\n [ ${a} ,\n\t${b} ] \n`, [a, b]],
    ['an empty array', '[]', []],
    ['NDJSON', `${a}\n${b}\n`, [a, b]],
    ['NDJSON with blank lines and CRLF', `${a}\r\n\r\n${b}\r\n`, [a, b]],
    ['objects on one line', `${a}${b}`, [a, b]],
    ['NDJSON with commas', `${a},\n${b},\n`, [a, b]],
    ['an array per line', `[${a}]\n[${b}]`, [a, b]],
    ['an envelope', `{"source":"odigo","n":[1,{}],"notifications":[${a},${b}],"end":true}`, [a, b]],
    ['an envelope per line', `{"events":[${a}]}\n{"data":[${b}]}`, [a, b]],
    ['an envelope spelt in another case', `{"Events":[${a}]}`, [a]],
    ['an empty envelope', '{"agents":[]}', []],
    [
      'an envelope that names a sender and a status',
      `{"username":"svc","status":"ok","records":[${a}]}`,
      [a],
    ],
    ['an item with a vendor array of its own', '{"agentId":"a","status":"R","data":[1,2]}', null],
    ['a byte order mark', `\ufeff${a}`, [a]],
    ['an object over several lines', '{\n  "agentId": "a",\n  "status": "R"\n}', null],
  ])('finds the items of %s', (_name, text, expected) => {
    expect(textsOf(text)).toEqual((expected ?? [text]).map((item) => ['ok', item]));
  });

  it.each(['events', 'notifications', 'data', 'records', 'agents'])('knows the envelope %s', (name) => {
    expect(textsOf(`{"${name}":[${a}]}`)).toEqual([['ok', a]]);
  });

  it.each([
    ['a form', 'agentId=a&status=READY', 'application/x-www-form-urlencoded'],
    ['a form called JSON', ' agentId=a&status=READY\n', 'application/json'],
    ['a form without a type', 'user%5Blogin%5D=a', undefined],
  ])('takes %s as one item', (_name, text, contentType) => {
    expect(itemsOf(Buffer.from(text), contentType)).toMatchObject([{ format: 'form', fault: null }]);
  });

  it('takes a form per line as one item each, and loses no line between them', () => {
    const body =
      'login=a&status=R\r\nlogin=b&status=R\n\nrubbish\n{"agentId":"c","status":"R"}\nlogin=d&status=R';
    const items = itemsOf(Buffer.from(body), 'application/x-www-form-urlencoded');
    expect(items.map(({ format, fault, bytes }) => [format, fault, bytes.toString()])).toEqual([
      ['form', null, 'login=a&status=R'],
      ['form', null, 'login=b&status=R'],
      ['json', 'item-malformed', 'rubbish'],
      ['json', null, '{"agentId":"c","status":"R"}'],
      ['form', null, 'login=d&status=R'],
    ]);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'image/png', '', undefined])(
    'reads JSON whatever the content type says (%s)',
    (contentType) => expect(itemsOf(Buffer.from(`[${a}]`), contentType)).toMatchObject([{ format: 'json' }]),
  );

  it.each([
    ['a wrong word', `[${a},{"agentId":nope},${b}]`, ['ok', 'ok', 'ok']],
    ['a bare word', `[${a},what is this,${b}]`, ['ok', 'ok', 'ok']],
    ['a missing comma', `[${a} ${b}]`, ['ok', 'ok']],
    ['the wrong bracket', `[{"x":[1},${a},${b}]`, ['item-malformed', 'ok', 'ok']],
    ['an open string on a line', `[\n{"agentId":"cut\n{"x":1},\n${b}]`, ['item-malformed', 'ok', 'ok']],
    ['a cut end', `[${a},${b},{"agentId":"cu`, ['ok', 'ok', 'item-malformed']],
    ['a cut between items', `[${a},`, ['ok']],
    ['a cut envelope', `{"events":[${a},{"agentId"`, ['ok', 'item-malformed']],
    ['a broken envelope after its items', `{"events":[${a}],"x":"cut`, ['ok', 'item-malformed']],
    ['a cut line', `${a}\n{"agentId": "cut@off", "status": "REA\n${b}`, ['ok', 'item-malformed', 'ok']],
    ['a cut first line', `{"agentId": "cut@off", "status": "REA\n${b}`, ['item-malformed', 'ok']],
    ['rubbish first', `hello\n${b}`, ['item-malformed', 'ok']],
    ['a scalar line', `${a}\n42\n${b}`, ['ok', 'item-malformed', 'ok']],
  ])('keeps the good items of a body with %s', (_name, text, faults) => {
    expect(textsOf(text).map(([fault]) => fault)).toEqual(faults);
  });

  it.each([
    ['a cut object', '{"agentId": "cut@off", "status": "REA', 'body-unparseable'],
    ['XML', '<event agent="a">\n</event>', 'body-unparseable'],
    ['a scalar', '42', 'body-unparseable'],
    ['an open bracket', '[', 'body-unparseable'],
    ['binary', '\u0001\u0002\ufffd', 'body-unparseable'],
    ['nothing', '', 'body-empty'],
    ['blanks', ' \r\n\t', 'body-empty'],
  ])('says once that %s cannot be split', (_name, text, reason) => {
    expect(splitBody(Buffer.from(text))).toEqual({ kind: 'unparseable', reason });
  });

  it('refuses one item more than the limit, and takes the limit', () => {
    const bodyOf = (count: number) => Buffer.from(`[${Array(count).fill('{}').join()}]`);
    expect(itemsOf(bodyOf(maxItems))).toHaveLength(maxItems);
    expect(splitBody(bodyOf(maxItems + 1))).toEqual({ kind: 'too-many-items' });
    expect(splitBody(Buffer.from('{}\n'.repeat(maxItems + 1)))).toEqual({ kind: 'too-many-items' });
  });

  it('refuses an item that is too deep, not its neighbours', () => {
    const nested = (depth: number) => `${'{"x":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    const faults = (text: string) => itemsOf(Buffer.from(text)).map((item) => item.fault);
    expect(faults(`[${a},${nested(maxDepth)},${nested(maxDepth + 1)},${b}]`)).toEqual([
      null,
      null,
      'item-too-deep',
      null,
    ]);
    expect(faults(`${nested(maxDepth + 1)}\n${nested(maxDepth)}`)).toEqual(['item-too-deep', null]);
    expect(faults(`[${a},${'['.repeat(200_000)}${']'.repeat(200_000)}]`)).toEqual([null, 'item-too-deep']);
  });

  it('refuses an item that no record can hold, not its neighbours', () => {
    const itemOf = (bytes: number) => `{"x":"${'y'.repeat(bytes - 8)}"}`;
    const body = `[${a},${itemOf(maxItemBytes)},${itemOf(maxItemBytes + 1)},${b}]`;
    expect(textsOf(body).map(([fault]) => fault)).toEqual(['ok', 'ok', 'item-too-large', 'ok']);
  });

  it('stays linear on bodies made to be slow', () => {
    const started = performance.now();
    for (const part of ['{"a":{\n', '[{"a":\n', '{"a":"\n{', ',{},{[', '{"events":[', '"a', '[[', '\n{"']) {
      splitBody(Buffer.from(part.repeat(Math.floor(2 ** 20 / part.length))));
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('transcodes declared and visible charsets', () => {
    const text = '{"agentId":"zoé","status":"R"}';
    const agentOf = (body: Buffer, contentType?: string) => {
      const [item] = itemsOf(body, contentType);
      const parsed = parseItem(item!.format, item!.bytes);
      return parsed.ok ? parsed.item.agentId : parsed.reason;
    };
    const latin1 = Buffer.from(text, 'latin1');
    const utf16be = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    expect(agentOf(latin1, 'application/json; charset=ISO-8859-1')).toBe('zoé');
    expect(agentOf(latin1, 'application/json')).toBe('zoé');
    expect(agentOf(latin1, 'application/json; charset=utf-8')).toBe('zoé');
    expect(agentOf(Buffer.from(text), 'application/json; charset=no-such-thing')).toBe('zoé');
    expect(agentOf(Buffer.from(text), 'application/json; charset=utf-16')).toBe('zoé');
    expect(agentOf(Buffer.from(text, 'utf16le'))).toBe('zoé');
    expect(agentOf(utf16be, 'text/plain')).toBe('zoé');
  });

  it('keeps the bytes of every item, in order, whatever surrounds them', () => {
    const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    const item = fc.record({
      agentId: fc.string(),
      status: fc.string(),
      more: fc.jsonValue({ maxDepth: 4 }),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), blank, fc.boolean(), (items, space, envelope) => {
        const texts = items.map((value) => JSON.stringify(value));
        const array = `[${space}${texts.join(`${space},${space}`)}${space}]`;
        const body = Buffer.from(envelope ? `{"x":1,"events":${array}}` : array);
        expect(itemsOf(body).map(({ bytes }) => bytes.toString())).toEqual(texts);
        expect(itemsOf(Buffer.from(texts.join('\n'))).map(({ bytes }) => bytes.toString())).toEqual(texts);
      }),
    );
  });

  it('never throws, and every item is a slice of the body', () => {
    const structural = fc.string({
      unit: fc.constantFrom(...'{}[]":,\\ \n=&ae1', '"agentId":', '"events":'),
      maxLength: 60,
    });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map(Buffer.from),
      structural.map((s) => Buffer.from(s)),
    );
    fc.assert(
      fc.property(bytes, fc.option(fc.string(), { nil: undefined }), (body, contentType) => {
        const result = splitBody(body, contentType);
        if (result.kind !== 'items') return;
        for (const { format, bytes: slice } of result.items) {
          expect(slice.length).toBeGreaterThan(0);
          parseItem(format, slice);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

function itemsOf(body: Buffer, contentType?: string) {
  const result = splitBody(body, contentType);
  if (result.kind !== 'items') throw new Error(`expected items, found ${result.kind}`);
  return result.items;
}

const textsOf = (text: string) =>
  itemsOf(Buffer.from(text)).map(({ fault, bytes }) => [fault ?? 'ok', bytes.toString()] as const);
