/** The worked example of HACKING.md, done as it is written: a step is added by it that compiles, holds in the model, and works. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { Resource } from '../../contract/resource.ts';
import { SearchAnswer } from '../../contract/search.ts';
import { applyTo, compile, copySources, recipe } from './recipe.ts';

/** Time limit of the exploration, in ms: it takes 5 s of one processor. */
const EXPLORE_LIMIT_MS = 120_000;

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-recipe-'));
  copySources(folder);
  for (const change of recipe()) applyTo(folder, change);
});
after(() => rm(folder, { recursive: true, force: true }));

describe('the recipe for a step', () => {
  test('compiles', () => {
    assert.deepEqual(compile(folder), []);
  });

  test('changes the machine so that from every state our own doing leads to rest', async () => {
    const args = [path.join(folder, 'dist/test/model/explore.js'), 'all well'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: EXPLORE_LIMIT_MS });
    assert.match(stdout, /^all well +\d+/m);
    assert.match(stdout, /^sound;/m);
  });

  test('takes a picture in, which is found by its caption', async () => {
    const { started }: typeof import('../worlds/tuodi.ts') = await import(
      pathToFileURL(path.join(folder, 'dist/test/worlds/tuodi.js')).href
    );
    const service = await started(path.join(folder, 'data'));
    try {
      const headers = { authorization: `Bearer ${service.api_key}` };
      const picture = sharp({ create: { width: 400, height: 300, channels: 3, background: '#3355cc' } });
      const form = new FormData();
      form.set('metadata', '{"title": "a picture"}');
      form.set('file', new Blob([new Uint8Array(await picture.png().toBuffer())], { type: 'image/png' }), '1.png');
      const prefer = { ...headers, prefer: 'wait=60' };
      const created = await fetch(`${service.url}/v1/resources`, { method: 'POST', body: form, headers: prefer });
      const { resource }: { resource?: unknown } = JSON.parse(await created.text());
      const { resource_id, status } = Resource.parse(resource);
      assert.equal(status, 'INDEXED');
      const found = async (q: string) => {
        const answer = await fetch(`${service.url}/v1/search?mode=text&q=${q}`, { headers });
        return SearchAnswer.parse(await answer.json()).items.map((item) => item.resource.resource_id);
      };
      assert.deepEqual([await found('bluish'), await found('reddish')], [[resource_id], []]);
    } finally {
      await service.stop();
    }
  });
});
