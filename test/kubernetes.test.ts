/**
 * deploy/kubernetes against the schemas of the Kubernetes API (kubernetes-models, made from its OpenAPI document): values by its validators,
 * and names by its types, since a server that is asked to be strict refuses a field that it does not know.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const FOLDER = 'deploy/kubernetes';
const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.object({ name: z.string() }) });
type Manifest = z.infer<typeof Manifest>;
const manifests = readdirSync(FOLDER).flatMap((file) =>
  parseAllDocuments(readFileSync(path.join(FOLDER, file), 'utf8')).map((one) => Manifest.parse(one.toJS())),
);
const moduleOf = ({ apiVersion }: Manifest) => `kubernetes-models/${apiVersion}`;

type Model = new (given: object) => { validate(): void };
/** Throws what the API would refuse, but for names that it does not know. */
async function checkValues(manifest: Manifest): Promise<void> {
  const models = (await import(moduleOf(manifest))) as Record<string, Model>;
  const Kind = models[manifest.kind];
  assert.ok(Kind, `${manifest.apiVersion} has no ${manifest.kind}`);
  new Kind(manifest).validate();
}

/** What the compiler says of the manifests as literals of the API's types; empty: nothing. */
function complaints(t: TestContext, all: Manifest[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-manifests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const lines = all.map(
    (one, at) => `export const m${at}: import('${moduleOf(one)}').I${one.kind} =\n${JSON.stringify(one, null, 1)};\n`,
  );
  writeFileSync(path.join(folder, 'manifests.ts'), lines.join(''));
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
  try {
    execFileSync(path.resolve('node_modules/.bin/tsc'), [...flags, 'manifests.ts'], { cwd: folder, encoding: 'utf8' });
    return '';
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error)) throw error;
    return String(error.stdout);
  }
}

test('every manifest holds by the schema of its kind', async (t) => {
  assert.ok(manifests.length >= 5, `${manifests.length}`);
  for (const manifest of manifests) await checkValues(manifest);
  assert.equal(complaints(t, manifests), '');
});

test('a wrong value, a missing one and an unknown name are refused', async (t) => {
  const found = manifests.find(({ kind }) => kind === 'Deployment');
  assert.ok(found);
  const changed = (change: (text: string) => string) => Manifest.parse(JSON.parse(change(JSON.stringify(found))));
  const wrong = changed((text) => text.replace('"replicas":', '"replicas":"many","was":'));
  await assert.rejects(checkValues(wrong), /replicas/);
  const missing = changed((text) => text.replace('"selector":', '"selectors":'));
  await assert.rejects(checkValues(missing), /selector/);
  const unknown = changed((text) => text.replace('"readinessProbe":', '"readinesProbe":'));
  assert.match(complaints(t, [unknown]), /readinesProbe/);
});
