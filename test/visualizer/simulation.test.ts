/** A simulation is the machine itself: its guards are seen at work, and what is shared of it gives the same again. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { resourceMachine } from '../../machines/resource.ts';
import { uploadMachine } from '../../machines/upload.ts';
import { graphOf } from '../../visualizer/graph.ts';
import { hashOf } from '../../visualizer/layout.ts';
import { type Choice, choicesOf } from '../../visualizer/simulation/choices.ts';
import { linkOf, scenarioOf, testOf, type Version } from '../../visualizer/simulation/share.ts';
import { createSimulator, type Moment, type Said, type Scenario } from '../../visualizer/simulation/simulation.ts';

const graph = graphOf(resourceMachine);
const simulator = createSimulator(resourceMachine);
const OURS: Version = { machine: 'resource', version: graph.version, hash: hashOf(graph) };
const INPUT = { resource_id: 'r', org_id: 'o', user_id: 'u', described: true, claimed: { byte_size: null, sha256: null } };
const P = 'resource.pipeline.';

/** Takes the choice with this label and detail in each moment. */
function walk(...labels: string[]): { scenario: Scenario; moments: Moment[] } {
  const moments = [simulator.begin(INPUT)];
  const steps: { said: Said }[] = [];
  for (const label of labels) {
    const at = moments.at(-1) ?? assert.fail();
    const choice = choicesOf(simulator, at, graph).find((one) => `${one.label} ${one.detail}`.trim() === label);
    assert.ok(choice, label);
    steps.push({ said: choice.said });
    moments.push(simulator.step(at, { said: choice.said }));
  }
  return { scenario: { machine: 'resource', input: INPUT, steps }, moments };
}
const WHILE_READ = ['UPLOAD_REPORTED', 'inspect accepted', 'inspect done legal', 'ocr accepted'];
const REFUSED = 'METADATA_SUBMITTED {"complete":false}';
const choice = (moment: Moment | undefined, label: string): Choice =>
  choicesOf(simulator, moment ?? assert.fail(), graph).find((one) => `${one.label} ${one.detail}`.trim() === label) ??
  assert.fail(label);

describe('a simulation', () => {
  test('metadata edited while OCR runs: the run goes on, and the guard says what it read', () => {
    const { moments } = walk(...WHILE_READ);
    const at = moments.at(-1);
    assert.ok(at?.states.includes(`${P}indexing.recognising.INIT`));
    const edit = choice(at, 'METADATA_SUBMITTED {"complete":true}');
    assert.deepEqual([edit.after.outcome, edit.leads], ['moved', []]);
    assert.ok(edit.after.instance.jobs.ocr?.token === at?.instance.jobs.ocr?.token, 'the same run');
    assert.ok(edit.after.changed.includes('revision'));
    assert.deepEqual(edit.after.asked.map(({ guard, holds }) => [guard, holds])[0], ['staysDescribed', true]);
  });

  test('a refused guard is named, with the values that it read, and nothing has changed', () => {
    const { moments } = walk(...WHILE_READ);
    const { after } = choice(moments.at(-1), REFUSED);
    assert.equal(after.outcome, 'refused');
    assert.deepEqual(after.asked[0], {
      ...{ guard: 'staysDescribed', params: undefined, holds: false, forced: false },
      read: [
        ['event.complete', false],
        ['context.described', true],
      ],
    });
    assert.deepEqual(after.instance, moments.at(-1)?.instance);
  });

  test('an event that is not taken here says where it is taken', () => {
    const { moments } = walk(...WHILE_READ);
    assert.deepEqual(choice(moments.at(-1), 'RETRY').taken_in, [`${P}indexing.INDEX_FAILED`, `${P}PURGE_FAILED`]);
  });

  test('a forced guard takes the way that it refused, in this step alone', () => {
    const at = walk(...WHILE_READ).moments.at(-1) ?? assert.fail();
    const { said } = choice(at, REFUSED);
    const forced = simulator.step(at, { said, forced: ['staysDescribed'] });
    assert.equal(forced.outcome, 'moved');
    assert.ok(forced.asked[0]?.forced);
    assert.equal(simulator.step(at, { said }).outcome, 'refused');
  });

  test('faults: a result that comes twice is stale, a lost worker gives its job back, an index that is ahead is overtaken', () => {
    const at = walk(...WHILE_READ).moments.at(-1) ?? assert.fail();
    assert.equal(choice(at, 'ocr done result twice').after.outcome, 'stale');
    assert.deepEqual(choice(at, 'ocr released').leads, [`${P}indexing.recognising.READY_FOR_OCR`]);
    const { moments } = walk(...WHILE_READ, 'ocr done', 'save done', 'embed done');
    const before = moments.at(-1) ?? assert.fail();
    assert.equal(choice(before, 'index done ahead 4').after.instance.snapshot.context.revision, 5);
  });

  test('a file in the browser: it waits for its turn without being in limbo, and a lost connection puts it back in line', () => {
    const upload = createSimulator(uploadMachine);
    const drawn = graphOf(uploadMachine);
    const take = (at: Moment, label: string) =>
      choicesOf(upload, at, drawn).find((one) => `${one.label} ${one.detail}`.trim() === label)?.after ?? assert.fail(label);
    let at = upload.begin({ byte_size: 1, sha256: null, resource_id: null, since: null, losses: 0, cause: null, was: null });
    assert.equal(upload.waitsFor(at), 'turn');
    for (const label of ['CHECK', 'check done fit', 'hash done', 'SEND', 'announce done link', 'send failed lost'])
      at = take(at, label);
    assert.deepEqual([at.outcome, at.states, at.instance.snapshot.context.losses], ['moved', ['upload.waiting'], 1]);
    assert.deepEqual(take(at, 'LEAVE_OUT').states, ['upload.left_out']);
    assert.equal(upload.waitsFor(take(at, 'LEAVE_OUT')), 'rest');
  });

  test('a timer moves the clock to when it is due', () => {
    const at = walk(...WHILE_READ).moments.at(-1) ?? assert.fail();
    const timer = choice(at, 'after ocr_deadline').after;
    assert.ok(timer.now > at.now);
    assert.deepEqual(timer.asked.map(({ guard, holds }) => [guard, holds])[0], ['runsLeft', true]);
  });

  test('a link gives the same moments; of another version it is refused by name, and cut off it is said to be', async () => {
    const { scenario, moments } = walk(...WHILE_READ, REFUSED);
    const link = await linkOf(OURS, scenario);
    const read = await scenarioOf(link, () => OURS);
    assert.ok(!('refused' in read));
    assert.deepEqual(simulator.run(read), moments);
    const other = { ...OURS, version: '1', hash: '0000000000000000' };
    assert.deepEqual(await scenarioOf(link, () => other), {
      ...{ refused: 'version', theirs: `resource@${OURS.version}-${OURS.hash}`, ours: 'resource@1-0000000000000000' },
    });
    for (const bad of [link.slice(0, -7), 'resource@x', '', link.replace('steps=', 'steps=!')])
      assert.ok('refused' in (await scenarioOf(bad, () => OURS)), bad);
  });

  test('a long scenario has a short link; one that would fill a browser is refused', async () => {
    const { scenario } = walk(...WHILE_READ);
    const steps = Array.from({ length: 100 }, () => scenario.steps).flat();
    const link = await linkOf(OURS, { ...scenario, steps });
    assert.ok(link.length * 20 < JSON.stringify(steps).length, `${link.length} characters`);
    assert.deepEqual(await scenarioOf(link, () => OURS), { ...scenario, steps });
    const bomb = await linkOf(OURS, { ...scenario, input: ' '.repeat(2_000_000) });
    assert.deepEqual(await scenarioOf(bomb, () => OURS), { refused: 'unreadable' });
  });

  test('saved as a test it runs in the repository, and fails once the machine does something else', async () => {
    const { scenario, moments } = walk(...WHILE_READ, REFUSED, 'ocr done');
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-saved-'));
    for (const part of ['machines', 'contract', 'visualizer', 'node_modules', 'package.json', 'tsconfig.json'])
      await symlink(path.resolve(part), path.join(folder, part));
    const file = path.join(folder, 'test/machines/saved.test.ts');
    await mkdir(path.dirname(file), { recursive: true });
    const run = () =>
      promisify(execFile)(process.execPath, ['--preserve-symlinks', '--import', 'tsx', '--test', file], {
        cwd: folder,
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      });
    const source = testOf(scenario, moments, 'metadata edited while OCR runs');
    await writeFile(file, source);
    await run();
    await writeFile(file, source.replace('"refused"', '"moved"'));
    await assert.rejects(run());
    await rm(folder, { recursive: true });
  });
});
