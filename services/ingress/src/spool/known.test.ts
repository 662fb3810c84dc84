import { recordNames } from '@adherence/schemas/records.ts';
import { describe, expect, it } from 'vitest';
import { forgetKnown, type Known, readKnown, writeKnown } from './known.ts';

const known: Known = {
  urlTokens: new Map([['ab'.repeat(32), { tenantId: 't', integrationId: 'i', tokenId: 'k' }]]),
  configurationOffset: 12,
  schemaIds: Object.fromEntries(recordNames.map((name, i) => [name, i + 1])) as Known['schemaIds'],
};

function newFile() {
  let text: string | null = null;
  return {
    readText: async () => text,
    replace: async (_name: string, content: string) => {
      text = content;
    },
    cut: (length: number) => {
      text = text!.slice(0, length);
    },
    length: () => text!.length,
  };
}

describe('what is known without Kafka', () => {
  it('is read as it was written, and nothing after it was forgotten', async () => {
    const file = newFile();
    expect(await readKnown(file)).toBeNull();
    await writeKnown(file, known);
    expect(await readKnown(file)).toEqual(known);
    await forgetKnown(file);
    expect(await readKnown(file)).toBeNull();
  });

  it('is nothing when it was cut anywhere', async () => {
    const file = newFile();
    await writeKnown(file, known);
    for (let length = file.length() - 1; length >= 0; length--) {
      file.cut(length);
      expect(await readKnown(file)).toBeNull();
    }
  });

  it('is nothing when there are records that it has no id of', async () => {
    const file = newFile();
    await writeKnown(file, { ...known, schemaIds: { RawNotification: 1 } as Known['schemaIds'] });
    expect(await readKnown(file)).toBeNull();
  });
});
