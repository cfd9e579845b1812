/**
 * Bundles the program (program.ts), and builds the web app into dist/web: checks its types, bundles it, and compresses what is sent
 * compressed. Each is left as it is if nothing that goes into it has changed since its last build.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { bundleProgram, writeEntries } from './program.ts';
import { WEB_CONFIG } from './vite.config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const web = path.join(root, 'dist/web');
const bundle = path.join(root, 'dist/bundle');
const STAMP = 'build.json';
/** What decides on versions and options. */
const ALL = ['package-lock.json', 'tsconfig.json', 'web/build'];
/** What the app may import, and its own folder. */
const WEB_INPUTS = ['web', 'contract', 'machines', 'text', 'visualizer', ...ALL];
const ROOMS = [
  'app',
  'cli',
  'contract',
  'http',
  'machines',
  'persistence',
  'providers',
  'runtime',
  'services',
  'text',
  'visualizer',
];
const COMPRESSED = /\.(js|css|html|svg|json)$/;

await unlessBuilt(bundle, ['main.ts', ...ROOMS, ...ALL], () => bundleProgram(bundle));
writeEntries();
await unlessBuilt(web, WEB_INPUTS, async () => {
  const tsc = path.join(root, 'node_modules/.bin/tsc');
  for (const project of ['web/build', 'web'])
    execFileSync(tsc, ['-p', path.join(root, project, 'tsconfig.json')], { stdio: 'inherit' });
  await build(WEB_CONFIG);
  for (const file of filesIn(web).filter((name) => COMPRESSED.test(name))) compress(path.join(web, file));
});

/** Builds what is in `folder` unless that was done of the same inputs; their hash is kept beside it. */
async function unlessBuilt(folder: string, inputs: string[], work: () => Promise<void>): Promise<void> {
  const stamp = hashOf(inputs);
  if (stamp === lastStamp(folder)) return;
  rmSync(path.join(folder, STAMP), { force: true });
  await work();
  writeFileSync(path.join(folder, STAMP), `${JSON.stringify({ inputs: stamp })}\n`);
}

function hashOf(inputs: string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
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

function lastStamp(folder: string): string | null {
  try {
    const { inputs }: { inputs?: unknown } = JSON.parse(readFileSync(path.join(folder, STAMP), 'utf8'));
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
