import { describe, expect, it } from 'vitest';
import { type Store, savedViews, storeViews, withoutView, withView } from './saved-views.ts';

function memory(): Store {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value) };
}

describe('saved views', () => {
  it('are kept for each tenant, by name, and replaced by one of the same name', () => {
    const store = memory();
    const views = withView(withView([], { name: 'B', query: 'team=b' }), { name: 'A', query: 'out=1' });
    storeViews(store, 't1', withView(views, { name: 'B', query: 'team=c' }));
    expect(savedViews(store, 't1')).toEqual([
      { name: 'A', query: 'out=1' },
      { name: 'B', query: 'team=c' },
    ]);
    expect(savedViews(store, 't2')).toEqual([]);
    expect(withoutView(savedViews(store, 't1'), 'A')).toHaveLength(1);
  });

  it('survives what else may stand there', () => {
    for (const text of ['nonsense', '5', '[1,{"name":2}]', '[null]']) {
      expect(savedViews({ getItem: () => text, setItem: () => {} }, 't')).toEqual([]);
    }
  });
});
