/** docs/operations.md: its commands are run as they stand where a service that is up is all they need, and it says what to do about each failure. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../contract/exit-codes.ts';
import { FAILURE_CODES } from '../../contract/failures.ts';
import { blocksOf, checkCurl, type Ran, runBlocks } from '../worlds/document.ts';
import { type DocumentWorld, engineWorld } from '../worlds/document-worlds.ts';

const DOCUMENT = 'docs/operations.md';
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const page = readFileSync(DOCUMENT, 'utf8');
const blocks = blocksOf(DOCUMENT);
let world: DocumentWorld | undefined;
let ran: Ran[] = [];

before(async () => {
  checkCurl();
  world = await engineWorld(); // one of its pictures has failed
  const tuodi = `export TUODI_DATA_DIR='${world.data_dir}'\ntuodi() { '${process.execPath}' '${MAIN}' "$@"; }\n`;
  ran = await runBlocks(blocks, { ...world, prelude: tuodi });
});
after(() => world?.stop());

test('every block is run to its end, and its requests answer what the document says', () => {
  assert.equal(ran.length, blocks.length);
  for (const { block, exit, out, requests } of ran) {
    const at = `${DOCUMENT}:${block.line} answered ${out}`;
    const reported = requests.map(({ status }) => status);
    assert.deepEqual(reported, block.statuses, at);
    assert.equal(exit, 0, at);
  }
});

test('what failed is listed with its reason, explained, and tried again', () => {
  const outOf = (part: string) => ran.find(({ block }) => block.code.includes(part))?.out ?? '';
  const { ID = '' } = world?.variables ?? {};
  assert.match(outOf('phase=failed'), new RegExp(`^${ID} ocr PROVIDER_REFUSED \\S`, 'm'));
  assert.match(outOf('tuodi explain'), /^Last failure: PROVIDER_REFUSED in ocr/m);
  assert.match(outOf('tuodi status'), /^ +1 +INDEX_FAILED$/m);
  assert.match(outOf('tuodi keys'), /^\S+ +first +admin/m);
});

test('every failure code has a line that says who acts', () => {
  const lacking = Object.keys(FAILURE_CODES).filter((code) => !new RegExp(`^\\|.*\`${code}\`.*\\|`, 'm').test(page));
  assert.deepEqual(lacking, []);
});

test('every exit code has a line that says whether to start it again', () => {
  const lacking = Object.values(EXIT).filter((code) => !new RegExp(`^\\| ${code} \\|`, 'm').test(page));
  assert.deepEqual(lacking, []);
});

test('it names commands only that there are', () => {
  const help = execFileSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' });
  const known = new Set([...help.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name));
  const named = [...page.matchAll(/\btuodi (?:--\S+ \S+ )?([a-z][a-z-]*[a-z])\b/g)].filter(
    ([reported]) => !/^tuodi (is|process)$/.test(reported),
  );
  assert.ok(named.length > 10);
  for (const [reported, name = ''] of named) assert.ok(known.has(name), reported);
});

test('its links within the page lead to a heading, and those to files to a file', () => {
  const anchors = new Set(
    [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  for (const [, to = ''] of page.matchAll(/\]\(([^)]+)\)/g))
    if (to.startsWith('#')) assert.ok(anchors.has(to.slice(1)), to);
    else readFileSync(new URL(to, `file://${process.cwd()}/${DOCUMENT}`));
});
