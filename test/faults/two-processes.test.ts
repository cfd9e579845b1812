/** Two real processes on one data folder: the second says so and stops, unless it may stand beside the first. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../app/config.ts';
import { UsageError } from '../../cli/errors.ts';
import { watchCommand } from '../../cli/ingest/watch-command.ts';
import { inFolder, keptOutput } from '../worlds/folder-world.ts';
import { until } from '../worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const start = (data: string, ...args: string[]) =>
  spawn(process.execPath, [MAIN, '--data-dir', data, '--json', ...args], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' },
  });
async function ended(data: string, ...args: string[]) {
  const child = start(data, ...args);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), out, err };
}

test('a command that has opened the folder is a service to others, keeps a second one out, and ends cleanly on Ctrl-C', () =>
  inFolder(async (dir) => {
    const [data, inbox] = [path.join(dir, 'data'), path.join(dir, 'inbox')];
    await mkdir(inbox);
    const watching = start(data, 'ingest', '--watch', inbox);
    const exited = once(watching, 'exit');
    try {
      await until('it has opened the folder', () => readFile(path.join(data, 'service.json'), 'utf8').catch(() => null));
      const [serve, status, backup, restore] = await Promise.all([
        ended(data, 'serve'),
        ended(data, 'status'),
        ended(data, 'backup', path.join(dir, 'backup')),
        ended(data, 'restore', path.join(dir, 'nothing')),
      ]);
      assert.deepEqual([serve.code, serve.out], [1, '']);
      assert.match(
        serve.err,
        /^another tuodi process is using the data folder \S+data \(the service with pid \d+ at \S+, by service\.json\): stop it first[^\n]*\n$/,
      );
      assert.deepEqual([status.code, JSON.parse(status.out).total], [0, 0], 'it is found, and asked');
      assert.equal(backup.code, 0, 'a backup stands beside it');
      assert.deepEqual([restore.code, restore.out], [2, '']);
      const onto = await ended(data, 'restore', path.join(dir, 'backup'));
      assert.deepEqual([onto.code, onto.out], [2, '']);
      assert.match(onto.err, /is not empty/);
      watching.kill('SIGINT');
      assert.deepEqual(await exited, [0, null]);
      assert.equal((await ended(data, 'status')).code, 0, 'and the folder is free');
    } finally {
      watching.kill('SIGKILL');
    }
  }));

test('wrong usage of a watch is refused before anything is opened', () =>
  inFolder(async (dir) => {
    const [data, file] = [path.join(dir, 'data'), path.join(dir, 'file.png')];
    await writeFile(file, '');
    const { config } = readConfig({ TUODI_DATA_DIR: data });
    const wrong: [folders: string[], then?: string][] = [
      [[file]],
      [[dir], 'burn'],
      [[dir], `move=${dir}`],
      [[dir, path.join(dir, '.')]],
    ];
    for (const [folders, then] of wrong)
      await assert.rejects(watchCommand(folders, then ? { then } : {})(config, keptOutput(), {}), UsageError, String(then));
    await assert.rejects(stat(data), { code: 'ENOENT' });
    assert.equal((await ended(data, 'ingest', dir, '--then', 'delete')).code, 2);
  }));
