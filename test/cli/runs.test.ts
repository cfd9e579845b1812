/** `tuodi verify`: the bar, the findings and the exit code of a run that ends, and what Ctrl-C leaves running. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../app/config.ts';
import { verifyCommand } from '../../cli/runs.ts';
import type { Run } from '../../contract/runs.ts';
import { keptOutput, type Service, sent, serviceOn } from '../worlds/folder-world.ts';
import { tuodi } from '../worlds/tuodi.ts';
import { until } from '../worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const ENGLISH = { LC_ALL: 'C.UTF-8' };
const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';
let [folder, id, org_id] = ['', '', ''];
let service: Service;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-runs-'));
  service = await serviceOn(folder);
  const resource = await sent(service.client, 1);
  [id, org_id] = [resource.resource_id, resource.org_id];
});
after(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});
const tool = (...args: string[]) => tuodi(['--data-dir', folder, ...args], ENGLISH);
const listed = async (): Promise<Run[]> => (await service.client.api.list_runs({ query: { kind: ['verify'] } })).body.items;

test('a library as it should be: what was looked at is said, and it ends with 0', async () => {
  const { code, out } = await tool('verify');
  assert.equal(code, 0, out);
  assert.match(out, /^verify: done, \d+ looked at.*, 0 findings\.\n$/);
});

type Shown = [done: number, total: number | null, label: string];
/** The command in this process, with what its bar shows. */
function followed(options: { heal?: boolean }) {
  const shown: Shown[] = [];
  const bar = { ended: false };
  const end = () => {
    bar.ended = true;
  };
  const out = { ...keptOutput(), follow: () => ({ at: (...now: Shown) => void shown.push(now), end }) };
  const { config } = readConfig({ TUODI_URL: service.client.url, TUODI_API_KEY: service.client.api_key });
  return { shown, bar, out, code: verifyCommand(options)(config, out, {}) };
}

test('the bar goes from what is done to what there is, and ends', async () => {
  const { shown, bar, code } = followed({});
  assert.equal(await code, 0);
  const [done, total] = shown.at(-1) ?? [0, null];
  assert.ok(done > 0 && total !== null && done <= total * 2, JSON.stringify(shown));
  assert.equal(shown.filter(([now], i) => now < (shown[i - 1]?.[0] ?? 0)).length, 0, 'it never goes back');
  assert.ok(bar.ended);
});

test('Ctrl-C ends the command with 0 and leaves the run running, and says how it is followed and stopped', async () => {
  // What belongs to nobody is looked at again 15 minutes later: until then the run goes on.
  const strange = path.join(folder, 'objects', org_id, NOBODY, NOBODY);
  await mkdir(strange, { recursive: true });
  await writeFile(path.join(strange, 'original'), 'left');
  const child = spawn(process.execPath, [MAIN, '--data-dir', folder, 'verify', '--heal'], {
    env: { ...process.env, ...ENGLISH },
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const running = async () => (await listed()).find(({ status, stage }) => status === 'running' && stage === 'second look');
  await until('it waits for its second look', async () => (await running()) !== undefined, 60_000);
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null]);
  const { run_id } = (await running()) ?? {};
  assert.ok(run_id, 'the run goes on');
  assert.equal(await out, '');
  const address = `${service.client.url}/v1/ops/runs/${run_id}`;
  assert.equal(await err, `It goes on: \`tuodi verify\` follows it, and \`DELETE ${address}\` stops it.\n`);
  const { shown, out: kept, code } = followed({ heal: true });
  await until('it is followed again', async () => shown.length > 0);
  await service.client.request('DELETE', `/v1/ops/runs/${run_id}`);
  assert.equal(await code, 3);
  const run = kept.lines.at(-1) as Run | undefined; // our own answer
  assert.deepEqual([run?.run_id, run?.status, run?.reason?.code], [run_id, 'stopped', 'STOPPED']);
  await rm(path.join(folder, 'objects', org_id, NOBODY), { recursive: true });
});

test('what is wrong is listed with its meaning, and while it is left it ends with 3', async () => {
  const of_picture = path.join(folder, 'objects', org_id, id);
  const [run = ''] = await readdir(of_picture);
  await rm(path.join(of_picture, run, 'preview-320.webp'));
  const { code, out } = await tool('verify');
  assert.equal(code, 3, out);
  assert.match(out, new RegExp(`^(found|reported) +\\w+  ${id} .*\n {9}\\S.*\nverify: done, .*, 1 findings\\.\n$`));
  const lines = (await tool('--json', 'verify')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([lines.length, lines[0].resource_id, lines[1].kind, lines[1].findings_total], [2, id, 'verify', 1]);
});
