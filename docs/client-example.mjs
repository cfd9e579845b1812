// A client of tuodi: TUODI_URL=… TUODI_API_KEY=… node docs/client-example.mjs <picture> <words>
// Sends the picture, waits until it is searchable, finds it by the words, and prints where they stand on it.
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { ApiError, createClient } from 'tuodi/client';

const [file = '', words = ''] = process.argv.slice(2);
const { TUODI_URL: url = 'http://127.0.0.1:8787', TUODI_API_KEY: api_key = '' } = process.env;
const tuodi = createClient({ url, api_key, language: 'en' });

try {
  const form = new FormData();
  form.append('file', await openAsBlob(file), path.basename(file));
  let { resource } = (await tuodi.create_resource({ form, wait_s: 30 })).body;
  const params = { resource_id: resource.resource_id };
  while (resource.phase === 'working') resource = (await tuodi.get_resource({ params, wait_s: 30 })).body;
  console.log(`${resource.filename}: ${resource.status}`);
  if (resource.failure) throw new Error(`${resource.failure.code}: ${resource.failure.detail}`);

  const { items, total } = (await tuodi.search({ query: { q: words, limit: 5 } })).body;
  console.log(`${total} found`);
  for (const { resource: found, boxes } of items)
    for (const { page, x, y } of boxes)
      console.log(
        `${found.metadata.title}, page ${page}: ${Math.round(x * 100)} % from the left, ${Math.round(y * 100)} % from the top`,
      );
} catch (error) {
  console.error(error instanceof ApiError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
