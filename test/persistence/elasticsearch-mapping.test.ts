/** What an index of Elasticsearch takes from processes of a version before, which write to it while it is being built. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mappings } from '../../persistence/elasticsearch/mapping.ts';

test('the vector of the format before is taken, searched by nothing and kept nowhere', () => {
  const { properties, _source } = mappings();
  assert.deepEqual(properties?.vector, { type: 'float', index: false, doc_values: false });
  assert.ok([_source?.excludes].flat().includes('vector'));
});
