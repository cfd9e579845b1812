/** Vectors follow the configuration by themselves, on Elasticsearch: the same story as on the embedded index. */
import { after, test } from 'node:test';
import { embedStory } from '../worlds/embed-story.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl } from './search-world.ts';

const [url, alias] = [elasticsearchUrl(), aliasOfTest()];
const client = clientOf(url);
after(async () => {
  await dropIndexes(client, alias);
  await client.close();
});

test('a start without an embedder, with one, stopped in the middle, and with another model', (t) =>
  embedStory(t, { TUODI_ELASTICSEARCH_URL: url, TUODI_ELASTICSEARCH_ALIAS: alias }));
