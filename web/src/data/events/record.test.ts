import { expect, test } from 'vitest';
import { factsIn, targetTypeOf, tells, vendorOf } from './record';

test('a record tells what its stream is known to tell, and nothing else', () => {
  const use = { vault_uuid: 'V', user: { name: 'Bo Lind' }, client: { app_name: '1Password for Mac' }, object_type: 'vault' };
  expect(factsIn('itemusages', JSON.stringify(use))).toEqual({ targetType: null, actorName: 'Bo Lind', vault: 'V', app: '1Password for Mac', detail: null, detailValue: null });
  expect(factsIn('auditevents', '{"object_type":"gva","actor_details":{"name":7}}')).toEqual({ targetType: 'gva', actorName: null, vault: null, app: null, detail: null, detailValue: null });
  expect(factsIn('elsewhere', JSON.stringify(use)).vault).toBeNull();
  for (const text of ['', 'no JSON', 'null', '7', '[]', '{"user":null}', '{"user":"x"}']) expect(factsIn('itemusages', text).actorName).toBeNull();
});

test('what a stream may tell is known before a record is', () => {
  expect([tells('itemusages', 'vault'), tells('auditevents', 'vault'), tells('elsewhere', 'app')]).toEqual([true, false, false]);
  expect([targetTypeOf('itemusages'), targetTypeOf('auditevents'), vendorOf('elsewhere')]).toEqual(['item', null, null]);
});
