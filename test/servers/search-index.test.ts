/** The index on Elasticsearch: the suite of the port. */
import { after } from 'node:test';
import { searchIndexSuite } from '../ports/search-index.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl, openAt, printServer } from './search-world.ts';

const url = elasticsearchUrl();
const client = clientOf(url);
const alias = aliasOfTest();
await printServer(client);
after(async () => {
  await dropIndexes(client, alias);
  await client.close();
});

searchIndexSuite('Elasticsearch', () => openAt(url, alias));
