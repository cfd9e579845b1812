/** Export → empty folder → import: the same pictures, found by the same words. */
import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Client } from '../../../cli/client.ts';
import { ingest } from '../../../cli/ingest/ingest.ts';
import { exportTo } from '../../../cli/library/export.ts';
import { Exported, LEFT_OUT_FILE, LIST_FILE } from '../../../cli/library/export-format.ts';
import { importFrom } from '../../../cli/library/import.ts';
import { readableName } from '../../../cli/library/readable-name.ts';
import { search } from '../../../cli/search.ts';
import { allRest, inFolder, keptOutput, type Service, sent } from '../../worlds/folder-world.ts';
import { knownReader, samplesNamed } from '../../worlds/known-reader.ts';
import { pictureOf, wordOf } from '../../worlds/numbered.ts';

const never = new AbortController().signal;
const linesOf = async (file: string): Promise<Record<string, unknown>[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
/** What does not differ between two libraries of the same pictures. */
const titles = async (client: Client, query: string) =>
  (await search(client, query, { mode: 'text', limit: 50 })).items.map(({ resource }) => resource.metadata.title).sort();
const patch = (client: Client, resource_id: string | undefined, what: string, body: object) =>
  client.request('PATCH', `/v1/resources/${resource_id}/${what}`, { body });

describe('export and import', () => {
  test('a library goes through a folder into an empty one, and the same phrases find the same pictures', () =>
    inFolder(async (dir, serve) => {
      const samples = await samplesNamed(
        'english-report.jpg',
        'chinese-notice.jpg',
        'chinese-traditional.png',
        'mixed-slide.webp',
      );
      const reader = await knownReader(samples);
      const [before, after] = [await serve(path.join(dir, 'a'), reader), await serve(path.join(dir, 'b'), reader)];
      const given = {
        client: before.client,
        options: { tag: ['样本', 'sample'] },
        out: keptOutput(),
        now: () => 0,
        signal: never,
      };
      const { results } = await ingest(
        samples.map(({ file }) => file),
        given,
      );
      const [first, second, third] = results.map(({ resource_id }) => resource_id ?? '');
      const described = { title: '报告 / 第一季: "final"?', taken_at: '2024-03-05', description: 'quokka', extra: { a: [1] } };
      await patch(before.client, first, 'metadata', described);
      await patch(before.client, second, 'text', { pages: [{ page: 1, text: '更正后的文字 wombat' }] });
      await before.client.request('DELETE', `/v1/resources/${third}`);
      await allRest(before.client);
      const folder = path.join(dir, 'export');
      assert.deepEqual(await exportTo(before.client, folder, keptOutput(), never), { exported: 3, left_out: 1, failed: 0 });
      const [left] = await linesOf(path.join(folder, LEFT_OUT_FILE));
      assert.deepEqual([left?.resource_id, left?.status], [third, 'TRASHED']);
      assert.deepEqual(await importFrom(after.client, folder, keptOutput(), never), { imported: 3, there: 0, failed: 0 });

      const trashed = new Set(samples[2]?.lines);
      const phrases = samples.flatMap(({ lines }) => lines.filter((line) => line.length > 3 && !trashed.has(line)));
      assert.ok(phrases.length > 20);
      for (const phrase of [...phrases, 'wombat', 'quokka', '更正', 'tag:样本'])
        assert.deepEqual(await titles(after.client, phrase), await titles(before.client, phrase), phrase);
      assert.deepEqual((await titles(after.client, 'wombat')).length, 1);
      const [made] = (await search(after.client, 'quokka', { mode: 'text' })).items;
      assert.deepEqual({ ...described, tags: ['样本', 'sample'], languages: [] }, made?.resource.metadata);

      assert.deepEqual(await importFrom(after.client, folder, keptOutput(), never), { imported: 3, there: 0, failed: 0 });
      const { body } = await after.client.request('GET', '/v1/resources/counts');
      assert.equal((body as { total: number }).total, 3, 'an import that is run again makes nothing twice');
    }));

  test('an export that is run again keeps what is there, mends what is damaged, and does not touch what is not its own', () =>
    inFolder(async (dir, serve) => {
      const { client } = await serve(path.join(dir, 'a'));
      for (const number of [1, 2]) await sent(client, number);
      const folder = path.join(dir, 'export');
      await exportTo(client, folder, keptOutput(), never);
      const before = await readFile(path.join(folder, LIST_FILE), 'utf8');
      const [one] = (await linesOf(path.join(folder, LIST_FILE))).map((line) => Exported.parse(line));
      const file = path.join(folder, one?.original ?? '');
      const bytes = await readFile(file);
      await writeFile(file, 'damaged');
      await writeFile(path.join(folder, 'mine.txt'), 'mine');
      await exportTo(client, folder, keptOutput(), never);
      assert.deepEqual(await readFile(file), bytes);
      assert.equal(await readFile(path.join(folder, LIST_FILE), 'utf8'), before);
      const files = await readdir(folder, { recursive: true });
      assert.ok(files.includes('mine.txt') && !files.some((name) => name.endsWith('.part')));
    }));

  test('bytes that are in already are not taken in again, and the picture that has them stays as it is; twins stay twins', () =>
    inFolder(async (dir, serve) => {
      const [a, b] = [await serve(path.join(dir, 'a')), await serve(path.join(dir, 'b'))];
      await sent(a.client, 1, { title: 'from a' });
      await duplicate(a, 1, 'its twin');
      const mine = await sent(b.client, 1, { title: 'from b' });
      const folder = path.join(dir, 'export');
      await exportTo(a.client, folder, keptOutput(), never);
      const out = keptOutput();
      assert.deepEqual(await importFrom(b.client, folder, out, never), { imported: 1, there: 1, failed: 0 });
      assert.ok(
        out.lines.some(({ resource_id, duplicate_of }) => resource_id === mine.resource_id && duplicate_of === resource_id),
      );
      await importFrom(b.client, folder, keptOutput(), never);
      assert.deepEqual(await titles(b.client, wordOf(1)), ['from b', 'its twin'], 'also when it is run again');
    }));

  test('a hostile list is refused line by line, and what is well in it is taken', () =>
    inFolder(async (dir, serve) => {
      const [a, b] = [await serve(path.join(dir, 'a')), await serve(path.join(dir, 'b'))];
      await sent(a.client, 1);
      const folder = path.join(dir, 'export');
      await exportTo(a.client, folder, keptOutput(), never);
      const [good = {}] = await linesOf(path.join(folder, LIST_FILE));
      const outside = path.join(dir, 'outside.png');
      await writeFile(outside, await pictureOf(1));
      await symlink(outside, path.join(folder, 'link.png'));
      await symlink(dir, path.join(folder, 'up'));
      const other = await pictureOf(2);
      await writeFile(
        path.join(folder, 'other.png'),
        Buffer.concat([other.subarray(0, Number(good.byte_size)), Buffer.alloc(99)]),
      );
      const wrong: [object | string, string][] = [
        [{ ...good, original: '../outside.png' }, 'INVALID'],
        [{ ...good, original: outside }, 'INVALID'],
        [{ ...good, original: 'originals\\..\\..\\outside.png' }, 'INVALID'],
        [{ ...good, original: 'link.png' }, 'OBJECT_MISSING'],
        [{ ...good, original: 'up/outside.png' }, 'OBJECT_MISSING'],
        [{ ...good, original: 'originals' }, 'OBJECT_MISSING'],
        [{ ...good, original: 'gone.png' }, 'ENOENT'],
        [{ ...good, original: 'other.png' }, 'CHECKSUM_MISMATCH'],
        [{ ...good, content_type: 'image/svg+xml' }, 'INVALID'],
        [{ ...good, filename: '../../x.png' }, 'INVALID'],
        [{ ...good, metadata: { title: 1 } }, 'INVALID'],
        ['{"resource_id":', 'BAD_JSON'],
        [`"${'x'.repeat(17 * 1024 * 1024)}"`, 'INVALID'],
        ['null', 'INVALID'],
      ];
      const list = path.join(folder, LIST_FILE);
      await rm(list);
      for (const [line] of [...wrong, [good]] as const)
        await appendFile(list, `${typeof line === 'string' ? line : JSON.stringify(line)}\n\n`);
      const out = keptOutput();
      assert.deepEqual(await importFrom(b.client, folder, out, never), { imported: 1, there: 0, failed: wrong.length });
      const codes = out.lines.filter(({ failure }) => failure).sort((x, y) => Number(x.line) - Number(y.line));
      assert.deepEqual(
        codes.map(({ failure }) => (failure as { code: string }).code),
        wrong.map(([, code]) => code),
      ); // what Imported says
    }));

  test('names are safe for every file system, and never the same for two', async () => {
    const id = '01a20db3-77e5-7404-9c27-d94c15e780d3';
    const named = (filename: string) => readableName({ created_at: '2026-11-24T01:02:03.000Z', filename, resource_id: id });
    assert.equal(named('lunch receipt.JPG'), '2026-11-24_lunch receipt_d94c15e780d3');
    for (const filename of [
      'CON',
      'a:b*?"<>|.png',
      '..',
      '. .png',
      '‮gnp.exe',
      `${'发票'.repeat(120)}.png`,
      'x'.repeat(255),
      '.png',
    ]) {
      const name = named(filename);
      assert.match(name, /^2026-11-24_([^<>:"/\\|?*\p{C}]*[^<>:"/\\|?*\p{C} .]_)?d94c15e780d3$/u, filename);
      assert.ok(Buffer.byteLength(name) < 130, name);
    }
  });
});

/** The same bytes again, kept as a picture of their own. */
async function duplicate({ client }: Service, number: number, title: string): Promise<void> {
  const form = new FormData();
  form.append('metadata', JSON.stringify({ title }));
  form.append('on_duplicate', 'keep');
  form.append('file', new Blob([new Uint8Array(await pictureOf(number))]), `${number}.png`);
  await client.request('POST', '/v1/resources', { body: form, headers: { prefer: 'wait=20' } });
}
