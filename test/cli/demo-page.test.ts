/** The end of the demo on a terminal: a link to its pictures, good as long as the demo runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offerPage } from '../../cli/demo-command.ts';
import { browser, loginFor } from '../worlds/browser.ts';
import { httpWorld } from '../worlds/http-world.ts';
import { until } from '../worlds/wait.ts';

test('the demo offers its page by a link that signs in, and ends when it is asked to', async () => {
  const world = await httpWorld();
  const stop = new AbortController();
  const printed: string[] = [];
  let [ended, released] = [false, false];
  const out = { print: (text: string) => void printed.push(text), words: ({ en }: { en: string }) => en };
  const login = async () => (await loginFor(world.deps, { role: 'admin' })).token;
  try {
    const offered = offerPage({ url: world.url, login }, out, { signal: stop.signal, release: () => (released = true) });
    void offered.then(() => (ended = true));
    const link = await until('a link', () => /^http\S+$/m.exec(printed.join('\n'))?.[0]);
    assert.match(printed.join(), /until you press Ctrl-C/);
    assert.equal(new URL(link).origin, world.url);
    const one = browser(world.url);
    assert.equal((await one.signIn(new URL(link).hash.slice(1))).status, 201);
    assert.equal(ended, false);
    stop.abort();
    await offered;
    assert.equal(released, true);
    await offerPage({ url: world.url, login: async () => null }, out, {
      signal: new AbortController().signal,
      release: () => {},
    });
    assert.equal(printed.length, 1, 'nothing is offered to nobody, and nobody waits for it');
  } finally {
    await world.stop();
  }
});
