/**
 * `npm run bench -- bodies`: processor time of the main thread for the worst body, query and header of each route that were thought of.
 * None may cost more than 50 ms: everybody else waits meanwhile. The service runs in a process of its own.
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { SAMPLES, VERSION } from '../cli/project.ts';
import { HTTP_LIMITS } from '../http/limits.ts';
import { type Measured, measured, RUNS, type Worst } from './bodies-measure.ts';
import { servingEngine, servingStore } from './bodies-outside.ts';
import { type Serving, serving } from './serving.ts';

const BODY = HTTP_LIMITS.max_json_bytes;
const { max_json_values: VALUES } = HTTP_LIMITS;
const QUERY_CHARS = HTTP_LIMITS.max_url_chars - 100;

const filled = (unit: string, chars: number) => unit.repeat(Math.floor(chars / unit.length));
/** Extra that is within all bounds: every value and name has to be checked, merged and kept. */
const wideExtra = (n = 0) => `{"a${n}":[${Array.from({ length: 8_180 }, () => '0')}]}`;
const namedExtra = (n = 0) => `{${Array.from({ length: 1_100 }, (_, i) => `"${n}k${i}":${i}`)}}`;
const nested = (open: string, shut: string, inner: string, depth = 25) => open.repeat(depth) + inner + shut.repeat(depth);

/** A value for any place in a body, of about the most bytes that a body may have. */
const SHAPES: Record<string, string> = {
  'wide array': `[${filled('0,', BODY - 2_000)}0]`,
  'array just within': `[${filled('0,', 2 * (VALUES - 100))}0]`,
  'wide object': `{${Array.from({ length: 70_000 }, (_, i) => `"k${i}":1`)}}`,
  'object just within': `{${Array.from({ length: VALUES / 2 - 100 }, (_, i) => `"k${i}":1`)}}`,
  'names that are numbers': `{${Array.from({ length: VALUES / 2 - 100 }, (_, i) => `"${i * 429_497}":1`)}}`,
  'names that are long': `{${Array.from({ length: 9_000 }, (_, i) => `"${'n'.repeat(100)}${i}":1`)}}`,
  'deep arrays side by side': `[${filled(`${nested('[', ']', '')},`, 100_000)}0]`,
  'one long text': `"${'x'.repeat(BODY - 2_000)}"`,
  'one text of escapes': `"${filled('\\u00e9', BODY - 2_000)}"`,
  'one text of spaces': `"${' '.repeat(BODY - 2_000)}x"`,
  'one number': '1'.repeat(BODY - 2_000),
  'a thousand texts': `[${Array.from({ length: 1_000 }, () => `"${'x'.repeat(1_000)}"`)}]`,
  'a thousand objects': `[${Array.from({ length: 1_000 }, () => '{"a":1,"b":2,"c":3,"d":4}')}]`,
};

function bodies(id: string): Worst[] {
  const worst: Worst[] = [];
  const at = `/v1/resources/${id}`;
  const create = (metadata: string) => `{"filename":"a.jpg","content_type":"image/jpeg","byte_size":1,"metadata":${metadata}}`;
  for (const [shape, value] of Object.entries(SHAPES)) {
    for (const field of ['title', 'tags', 'extra', 'unknown']) {
      worst.push({
        name: `create, ${field}: ${shape}`,
        method: 'POST',
        route: '/v1/resources',
        body: create(`{"${field}":${value}}`),
      });
      worst.push({
        name: `metadata, ${field}: ${shape}`,
        method: 'PATCH',
        route: `${at}/metadata`,
        body: `{"${field}":${value}}`,
      });
    }
    worst.push({ name: `text, pages: ${shape}`, method: 'PATCH', route: `${at}/text`, body: `{"pages":${value}}` });
    worst.push({
      name: `text, a page: ${shape}`,
      method: 'PATCH',
      route: `${at}/text`,
      body: `{"pages":[{"page":1,"text":${value}}]}`,
    });
    for (const call of ['reprocess', 'retry', 'restore', 'uploaded', 'upload-url'])
      worst.push({ name: `${call}: ${shape}`, method: 'POST', route: `${at}/${call}`, body: value });
  }
  const text = (of: string) => `{"pages":[{"page":1,"text":"${of}"}]}`;
  for (const [name, unit] of Object.entries({ words: 'word ', han: '发票', punctuation: '.-', lines: 'a\\n', hyphens: 'a-\\n' }))
    worst.push({
      name: `text that is taken, of ${name}`,
      method: 'PATCH',
      route: `${at}/text`,
      body: text(filled(unit, (900_000 / Buffer.byteLength(unit)) * unit.length)),
    });
  const pages = `{"pages":[${Array.from({ length: 1_000 }, (_, n) => `{"page":${n + 1},"text":"x"}`)}]}`;
  worst.push({ name: 'text of 1,000 pages', method: 'PATCH', route: `${at}/text`, body: pages });
  worst.push({
    name: 'text of one page 1,000 times',
    method: 'PATCH',
    route: `${at}/text`,
    body: pages.replaceAll(/"page":\d+/g, '"page":1'),
  });
  worst.push({ name: 'extra that is taken, wide', method: 'PATCH', route: `${at}/metadata`, body: `{"extra":${wideExtra()}}` });
  worst.push({
    name: 'extra that is taken, with names',
    method: 'PATCH',
    route: `${at}/metadata`,
    body: `{"extra":${namedExtra()}}`,
  });
  return worst;
}

function others(id: string): Worst[] {
  const get = (name: string, route: string, headers: Record<string, string> = {}): Worst => ({
    name,
    method: 'GET',
    route,
    headers,
  });
  const queries: Record<string, string> = {
    'many names': Array.from({ length: 2_000 }, (_, n) => `n${n}`).join('&'),
    'one name many times': filled('tag=a&', QUERY_CHARS),
    'many filters': Array.from({ length: 20 }, (_, n) => `tag=t${n}&batch_id=b${n}&sha256=${'a'.repeat(64)}`).join('&'),
    'a long cursor': `cursor=${'A'.repeat(QUERY_CHARS - 100)}`,
    'a deep cursor': `cursor=${Buffer.from('['.repeat(700)).toString('base64url')}`,
    'a query of words': `q=${filled('word%20', 480 * 3)}`,
    'a query of characters': `q=${filled('%E5%8F%91', 499 * 9)}`,
    'a query of quotes': `q=${filled('%22a', 498)}`,
    'a query of numbers': `q=${filled('1%202%20', 240)}`,
    'a query of signs': `q=${filled('-tag%3A', 490)}`,
    commas: `facets=${filled(',', QUERY_CHARS - 100)}`,
  };
  const routes = [
    '/v1/resources',
    '/v1/resources/counts',
    '/v1/search',
    `/v1/resources/${id}/history`,
    `/v1/resources/${id}/preview`,
  ];
  const long = 15_000;
  const headers: Record<string, Record<string, string>> = {
    languages: { 'accept-language': filled('a,', long) },
    'many languages': { 'accept-language': Array.from({ length: 1_500 }, (_, n) => `a${n};q=0.${n}`).join(',') },
    tags: { 'if-none-match': filled('"a",', long) },
    preferences: { prefer: filled('wait ', long) },
    'spaces in a preference': { prefer: `wait=1${' '.repeat(long)}x` },
    'a key of spaces': { authorization: `Bearer ${filled('a ', long)}` },
    'a range': { range: `bytes=${'1'.repeat(long)}` },
    'forwarded addresses': { 'x-forwarded-for': filled('1.1.1.1,', long), forwarded: filled('for=1.1.1.1,', 200) },
  };
  return [
    ...Object.entries(queries).flatMap(([name, query]) =>
      routes.map((route) => get(`${route.replace(id, '…')}: ${name}`, `${route}?${query}`)),
    ),
    ...Object.entries(headers).map(([name, of]) => get(`headers: ${name}`, `/v1/resources/${id}`, of)),
  ];
}

/** A form with this metadata, written out, so that it is not made again for each run. */
async function form(metadata: string): Promise<{ body: string; type: string }> {
  const data = new FormData();
  data.set('metadata', metadata);
  data.set('file', new Blob(['GIF']), 'a.gif');
  const answer = new Response(data);
  return { body: await answer.text(), type: answer.headers.get('content-type') ?? '' };
}

const lifted = { TUODI_RATE_LIMITS: 'false' };
const [service, engine, store] = [await serving(lifted), await servingEngine(lifted), await servingStore(lifted)];
try {
  const data = new FormData();
  data.set('metadata', '{"title":"a letter"}');
  data.set('file', new Blob([await readFile(path.join(SAMPLES, 'english-letter.png'))]), 'letter.png');
  const sent = await fetch(`${service.url}/v1/resources`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.api_key}`, prefer: 'wait=30' },
    body: data,
  });
  const { resource } = JSON.parse(await sent.text());
  const forms = await Promise.all(
    Object.entries(SHAPES).map(
      async ([shape, value]): Promise<Worst> => ({
        ...{ name: `form, metadata: ${shape}`, method: 'POST', route: '/v1/resources' },
        ...(await form(`{"extra":{"a":${value.slice(0, HTTP_LIMITS.max_form_json_bytes)}}}`)),
      }),
    ),
  );
  const apart = (group: Worst[], of: Serving) => group.map((worst) => ({ worst, of }));
  const all = [
    ...apart([...bodies(resource.resource_id), ...forms, ...others(resource.resource_id)], service),
    ...apart(engine.worst, engine.service),
    ...apart(store.worst, store.service),
  ];
  console.log(
    `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}`,
  );
  console.log(
    `${all.length} requests, ${RUNS} times each; rate limits are lifted by ${Object.entries(lifted).map(([n, v]) => `${n}=${v}`)}\n`,
  );
  const rows: ({ group: string; name: string } & Measured)[] = [];
  for (const { worst, of } of all) {
    const [group = ''] = worst.name.split(/[,:]| that| of /);
    rows.push({ group, name: worst.name, ...(await measured(of, worst)) });
  }
  console.log('| call | its worst | status | median ms | most ms |\n|---|---|---|---|---|');
  for (const group of new Set(rows.map((row) => row.group))) {
    const [worst] = rows.filter((row) => row.group === group).sort((a, b) => b.median - a.median);
    if (worst)
      console.log(`| ${group} | ${worst.name} | ${worst.status} | ${worst.median.toFixed(1)} | ${worst.max.toFixed(1)} |`);
  }
  const over = rows.filter(({ median }) => median > 50);
  console.log(
    over.length === 0
      ? '\nNone is above 50 ms.'
      : `\nAbove 50 ms: ${over.map(({ name, median }) => `${name} (${median.toFixed(0)})`).join('; ')}`,
  );
} finally {
  await Promise.all([service.stop(), engine.stop(), store.stop()]);
}
