/** What every Objects must do, run on each adapter. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { type Objects, TooManyBytes } from '../../runtime/ports/objects.ts';
import { letPass, until } from '../worlds/wait.ts';

export async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}
export async function bytesOf(objects: Objects, key: string, range?: { start: number; end: number }): Promise<string | null> {
  const stream = await objects.read(key, range);
  if (stream === null) return null;
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const MAX = 1_000;

/**
 * `open` answers an empty store; each test works below keys of its own, so that one store may serve all. `apart_ms`: what the store's
 * clock tells apart; many know seconds only.
 */
export function objectsSuite(name: string, open: () => Promise<Objects>, { apart_ms = 15 } = {}): void {
  let n = 0;
  const world = async () => {
    n += 1;
    const place = `org-${process.pid}/res-${n}`;
    return {
      objects: await open(),
      at: (rest: string) => `${place}/${rest}`,
      incoming: (rest: string) => `incoming/${place}/${rest}`,
    };
  };

  describe(`Objects: ${name}`, () => {
    test('pages go by key, each after the one before, and stay below their prefix', async () => {
      const { objects, incoming } = await world();
      const names = ['a/1', 'a-b/1', 'a/2', 'b/c/1', 'b/c/2', 'b.d/1', 'z/1'];
      for (const one of names) await objects.put(incoming(one), chunks(one), MAX);
      await objects.put(incoming('a/1').replace(/\/a\/1$/, '-beside/1'), chunks('x'), MAX);
      const keys: string[] = [];
      for (let after: string | null = null, pages = 0; pages < 10; pages++) {
        const page = await objects.page(incoming(''), after, 2);
        keys.push(...page.map(({ key }) => key));
        after = page.at(-1)?.key ?? after;
        if (page.length < 2) break;
      }
      assert.deepEqual(keys, names.map(incoming).sort());
      assert.deepEqual(await objects.page(incoming('none/'), null, 5), []);
      assert.equal((await objects.page(incoming('b/'), null, 9))[0]?.byte_size, 5);
    });

    test('what was put is read back, with its size and checksum', async () => {
      const { objects, at } = await world();
      const stored = await objects.put(at('run/original'), chunks('hel', 'lo'), MAX);
      assert.equal(stored.byte_size, 5);
      assert.equal(stored.sha256, sha256('hello'));
      assert.equal(stored.key, at('run/original'));
      assert.equal(await bytesOf(objects, at('run/original')), 'hello');
      const head = await objects.head(at('run/original'));
      assert.deepEqual(head, { key: stored.key, byte_size: 5, modified_at: head?.modified_at });
      await objects.close();
    });

    test('what is not there answers null', async () => {
      const { objects, at } = await world();
      assert.equal(await objects.head(at('a')), null);
      assert.equal(await objects.read(at('a')), null);
      assert.equal(await objects.freeze(at('a'), at('b')), null);
      assert.deepEqual(await objects.list(at(''), 10), []);
      await objects.removePrefix(at(''));
      await objects.put(at('a'), chunks('a'), MAX);
      assert.equal(await objects.head(at('a/below-a-file')), null);
      await objects.close();
    });

    test('a range reads its first and its last byte', async () => {
      const { objects, at } = await world();
      await objects.put(at('a'), chunks('0123456789'), MAX);
      assert.equal(await bytesOf(objects, at('a'), { start: 2, end: 4 }), '234');
      assert.equal(await bytesOf(objects, at('a'), { start: 9, end: 9 }), '9');
      await objects.close();
    });

    test('more than max_bytes is refused, and nothing is kept', async () => {
      const { objects, at } = await world();
      await objects.put(at('exact'), chunks('12345'), 5);
      await assert.rejects(objects.put(at('more'), chunks('123', '456'), 5), TooManyBytes);
      assert.equal(await objects.head(at('more')), null);
      assert.deepEqual(
        (await objects.list(at(''), 10)).map(({ key }) => key),
        [at('exact')],
      );
      await objects.close();
    });

    test('a body that breaks off leaves what was there before', async () => {
      const { objects, at } = await world();
      await objects.put(at('a'), chunks('before'), MAX);
      const broken = async function* () {
        yield Buffer.from('half');
        throw new Error('the client went away');
      };
      await assert.rejects(objects.put(at('a'), broken(), MAX), /the client went away/);
      assert.equal(await bytesOf(objects, at('a')), 'before');
      await objects.close();
    });

    test('a put that is still being written is not seen', async () => {
      const { objects, at } = await world();
      let more = () => {};
      const gate = new Promise<void>((resolve) => {
        more = resolve;
      });
      let begun = false;
      const slow = async function* () {
        yield Buffer.from('first');
        begun = true; // the first was taken
        await gate;
        yield Buffer.from('second');
      };
      const put = objects.put(at('a'), slow(), MAX);
      await until('the first bytes are taken', () => begun);
      assert.equal(await objects.head(at('a')), null);
      assert.deepEqual(await objects.list(at(''), 10), []);
      more();
      await put;
      assert.equal(await bytesOf(objects, at('a')), 'firstsecond');
      await objects.close();
    });

    test('a put over a put replaces it whole', async () => {
      const { objects, at } = await world();
      await objects.put(at('a'), chunks('a longer first one'), MAX);
      await objects.put(at('a'), chunks('short'), MAX);
      assert.equal(await bytesOf(objects, at('a')), 'short');
      await objects.close();
    });

    test('no later write to the source changes what is frozen', async () => {
      const { objects, at, incoming } = await world();
      await objects.put(incoming('upload'), chunks('inspected'), MAX);
      const frozen = await objects.freeze(incoming('upload'), at('run/original'));
      assert.equal(frozen?.byte_size, 9);
      await objects.put(incoming('upload'), chunks('swapped!!'), MAX);
      assert.equal(await bytesOf(objects, at('run/original')), 'inspected');
      await objects.removePrefix(incoming(''));
      assert.equal(await bytesOf(objects, at('run/original')), 'inspected');
      await objects.close();
    });

    test('freezing again keeps what is there, also when the source has changed or is gone', async () => {
      const { objects, at, incoming } = await world();
      await objects.put(incoming('upload'), chunks('first'), MAX);
      await objects.freeze(incoming('upload'), at('run/original'));
      await objects.put(incoming('upload'), chunks('second'), MAX);
      assert.equal((await objects.freeze(incoming('upload'), at('run/original')))?.byte_size, 5);
      await objects.removePrefix(incoming(''));
      assert.equal((await objects.freeze(incoming('upload'), at('run/original')))?.byte_size, 5);
      assert.equal(await bytesOf(objects, at('run/original')), 'first');
      await objects.close();
    });

    test('freezing many times at once answers the same', async () => {
      const { objects, at, incoming } = await world();
      await objects.put(incoming('upload'), chunks('bytes'), MAX);
      const frozen = await Promise.all(Array.from({ length: 8 }, () => objects.freeze(incoming('upload'), at('run/original'))));
      for (const head of frozen) assert.equal(head?.byte_size, 5);
      await objects.close();
    });

    test('a list is newest first, bounded, and of its prefix only', async () => {
      const { objects, at } = await world();
      for (const name of ['b', 'a', 'c']) {
        await objects.put(at(`list/${name}`), chunks(name), MAX);
        await letPass(apart_ms, 'the clock of the store moves on');
      }
      await objects.put(at('list2/d'), chunks('d'), MAX);
      assert.deepEqual(
        (await objects.list(at('list/'), 10)).map(({ key }) => key),
        [at('list/c'), at('list/a'), at('list/b')],
      );
      assert.deepEqual(
        (await objects.list(at('list/'), 1)).map(({ key }) => key),
        [at('list/c')],
      );
      await objects.close();
    });

    test('removing a prefix removes all below it and nothing beside it, twice as well as once', async () => {
      const { objects, at } = await world();
      await objects.put(at('x/1/original'), chunks('1'), MAX);
      await objects.put(at('x/2/deep/er'), chunks('2'), MAX);
      await objects.put(at('xy/3'), chunks('3'), MAX);
      await Promise.all([objects.removePrefix(at('x/')), objects.removePrefix(at('x/'))]);
      await objects.removePrefix(at('x/'));
      assert.deepEqual(
        (await objects.list(at(''), 10)).map(({ key }) => key),
        [at('xy/3')],
      );
      await objects.put(at('x/1/original'), chunks('again'), MAX);
      assert.equal(await bytesOf(objects, at('x/1/original')), 'again');
      await objects.close();
    });

    test('no upload link is given for a key that is not an upload', async () => {
      const { objects, at } = await world();
      const want = { max_bytes: 1, content_type: 'image/png', expires_at: Date.now() + 60_000 };
      await assert.rejects(objects.presignUpload({ key: at('run/original'), ...want }));
      await objects.close();
    });

    for (const key of [
      '../x',
      'a/../b',
      '..',
      'a/..',
      '/etc/passwd',
      'a//b',
      'a/',
      '',
      'a\\b',
      'a\0b',
      'a b',
      '%2e%2e/x',
      '.tmp/x',
      'ä',
    ])
      test(`${JSON.stringify(key)} is no key`, async () => {
        const { objects } = await world();
        await assert.rejects(objects.put(key, chunks('x'), MAX));
        await assert.rejects(objects.head(key));
        await assert.rejects(objects.read(key));
        await assert.rejects(objects.freeze(key, 'a/b'));
        await assert.rejects(objects.freeze('a/b', key));
        await assert.rejects(objects.removePrefix(`${key}/`));
        await assert.rejects(
          objects.presignUpload({ key: `incoming/${key}`, max_bytes: 1, content_type: 'image/png', expires_at: 1 }),
        );
        await objects.close();
      });
  });
}
