/**
 * Bundles the program (program.ts), and builds the web app into dist/web: checks its types, bundles it, and compresses what is sent
 * compressed. The web app is left as it is if nothing that goes into it has changed since the last build: the hash of it all is kept
 * beside the files.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { bundleProgram } from './program.ts';
import { WEB_CONFIG } from './vite.config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = path.join(root, 'dist/web');
const STAMP = 'build.json';
/** What the app may import, its own folder, and what decides on versions and options. */
const INPUTS = ['web', 'contract', 'machines', 'text', 'visualizer', 'package-lock.json', 'tsconfig.json'];
const COMPRESSED = /\.(js|css|html|svg|json)$/;

await bundleProgram();
const stamp = hashOfInputs();
if (stamp !== lastStamp()) {
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  for (const project of ['web/build', 'web'])
    execFileSync(tsc, ['-p', path.join(root, project, 'tsconfig.json')], { stdio: 'inherit' });
  await build(WEB_CONFIG);
  for (const file of filesIn(out).filter((name) => COMPRESSED.test(name))) compress(path.join(out, file));
  writeFileSync(path.join(out, STAMP), `${JSON.stringify({ inputs: stamp })}\n`);
}

function hashOfInputs(): string {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const whole = path.join(root, input);
    const files = path.extname(input) ? [whole] : filesIn(whole).map((file) => path.join(whole, file));
    for (const file of files)
      hash
        .update(`${path.relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
  }
  return hash.digest('hex');
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

function lastStamp(): string | null {
  try {
    const { inputs }: { inputs?: unknown } = JSON.parse(readFileSync(path.join(out, STAMP), 'utf8'));
    return typeof inputs === 'string' ? inputs : null;
  } catch {
    return null; // not built yet
  }
}

function compress(file: string): void {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
