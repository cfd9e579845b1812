import { loadSqlite } from '../persistence/sqlite/database.ts';

/** The adapter, with Node's SQLite loaded before its HTTP client (undici) looks for it and has Node 22 warn that it is experimental. */
export async function loadElasticsearch() {
  loadSqlite();
  return await import('../persistence/elasticsearch/open.ts');
}
