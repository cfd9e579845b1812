/**
 * What an installation costs, and what the package holds. node_modules is weighed as `npm ci` left it, by the lock file: no network is
 * needed. The package is made of what is compiled here and run from a folder of its own.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';

/** Megabytes on disk of all that `npm ci` installs, without optional packages. */
const MAX_INSTALL_MB = 450;
/** Packages that a service needs to run (`npm ci --omit=dev`), optional packages of this platform included, but for the engine. */
const MAX_RUNTIME_MB = 250;
/** The recognition engine: 290 are its runtime for all platforms at once, of which an image keeps one. */
const MAX_ENGINE_MB = 320;
const ENGINE = /node_modules\/(onnxruntime-\w+|@gutenye\/ocr-models)$/;
/** Maximum size of the package, packed and unpacked, in MB. */
const [MAX_PACKED_MB, MAX_UNPACKED_MB] = [14, 18];

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        dev: z.boolean().default(false),
        optional: z.boolean().default(false),
        devOptional: z.boolean().default(false),
        hasInstallScript: z.boolean().default(false),
        engines: z.looseObject({ node: z.string().optional() }).optional(),
      }),
    ),
  })
  .parse(json('package-lock.json'));
const installed = Object.entries(packages).filter(([folder]) => folder !== '' && existsSync(folder));
const manifest = z
  .object({ allowScripts: z.record(z.string(), z.boolean()), engines: z.object({ node: z.string() }) })
  .parse(json('package.json'));

/** Megabytes on disk of a package, without those nested in it. */
function weightOf(folder: string): number {
  let blocks = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) blocks += (weightOf(file) * 2 ** 20) / 512;
    else blocks += lstatSync(file).blocks;
  }
  return (blocks * 512) / 2 ** 20;
}
const total = (some: typeof installed) => some.reduce((sum, [folder]) => sum + weightOf(folder), 0);

describe('an installation', () => {
  test('takes at most 450 MB without optional packages, and 250 MB without those for development and the recognition engine', () => {
    const all = total(installed.filter(([, { optional, devOptional }]) => !optional && !devOptional));
    const runtime = total(installed.filter(([folder, { dev }]) => !dev && !ENGINE.test(folder)));
    const engine = total(installed.filter(([folder]) => ENGINE.test(folder)));
    assert.ok(runtime > 50, 'node_modules is weighed');
    assert.ok(all <= MAX_INSTALL_MB, `${all.toFixed(0)} MB`);
    assert.ok(runtime <= MAX_RUNTIME_MB, `${runtime.toFixed(0)} MB`);
    assert.ok(engine > 50 && engine <= MAX_ENGINE_MB, `${engine.toFixed(0)} MB`);
  });

  test('runs no script of a package, and says so of each that has one', () => {
    const scripted = Object.entries(packages).filter(([, one]) => one.hasInstallScript);
    const names = scripted.map(([folder]) => folder.replace(/^.*node_modules\//, '')).filter((name) => name !== 'fsevents');
    assert.deepEqual(manifest.allowScripts, Object.fromEntries(names.sort().map((name) => [name, false])));
    // npm 10 does not know allowScripts; a setting of onnxruntime-node's own would make npm 11 warn at each command.
    assert.equal(readFileSync('.npmrc', 'utf8').trim(), 'ignore-scripts=true');
  });

  test('warns of one package on the oldest Node, which docs/install.md explains', () => {
    const [, major = '', minor = ''] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines.node) ?? [];
    const oldest = Number(major) * 1_000 + Number(minor);
    /** `^18.17 || ^20.3 || >=21`: whether the oldest Node is in one of them. */
    const takes = (range: string): boolean =>
      range === '*' ||
      range.split('||').some((part) => {
        const [, sign = '', at = '0', point = '0'] = /^\s*(\^|>=|>|~)?\s*v?(\d+)(?:\.(\d+|x))?/.exec(part) ?? [];
        const from = Number(at) * 1_000 + (Number(point) || 0);
        return sign === '^' || sign === '~' || sign === '' ? Number(at) === Number(major) && from <= oldest : from <= oldest;
      });
    const warned = Object.entries(packages).filter(([, { engines }]) => !takes(engines?.node ?? '>=0'));
    assert.deepEqual(
      warned.map(([folder]) => folder),
      ['node_modules/@photostructure/sqlite'],
    );
    assert.match(readFileSync('docs/install.md', 'utf8'), /EBADENGINE.*@photostructure\/sqlite/);
  });
});

const Packed = z.array(
  z.object({ filename: z.string(), size: z.number(), unpackedSize: z.number(), files: z.array(z.object({ path: z.string() })) }),
);
/** Packs what is compiled; with `prepack` it would be compiled anew under the tests that run. */
const pack = (...flags: string[]) => {
  const [made] = Packed.parse(
    JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', ...flags], { encoding: 'utf8' })),
  );
  assert.ok(made);
  return made;
};
/** A compiled file whose source has moved or is gone is not there after `prepack`. */
const isStale = (file: string) =>
  file.startsWith('dist/') && !file.startsWith('dist/web/') && !existsSync(file.replace('dist/', '').replace(/\.js$/, '.ts'));

describe('the package', () => {
  test('holds what runs and nothing else', () => {
    const { files, size, unpackedSize } = pack('--dry-run');
    const names = files.map((file) => file.path).filter((file) => !isStale(file));
    const kinds =
      /^(dist\/(?!test|bench|docs|samples|web)[\w/-]+\.js|dist\/web\/(index\.html|assets\/[\w.-]+\.(css|js|svg|woff2|bmp|jpg|pdf|png|tif|webp))(\.br|\.gz)?|dist\/web\/build\.json|samples\/([\w-]+\.(bmp|jpg|pdf|png|tif|webp)|truth\.json|README\.md)|tessdata\/(README\.md|\w+\.traineddata\.gz)|fonts\/(README\.md|\w+\.ttf\.gz)|package\.json|LICENSE|NOTICE|README(\.zh-CN)?\.md|CHANGELOG\.md)$/;
    assert.deepEqual(
      names.filter((name) => !kinds.test(name)),
      [],
    );
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' }).split(
      '\n',
    );
    const sources = tracked.filter(
      (file) => /(?<!\.d)\.ts$/.test(file) && existsSync(file) && !/^(test|bench|docs|samples|web)\//.test(file),
    );
    const lacking = sources.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`).filter((file) => !names.includes(file));
    assert.deepEqual(lacking, []);
    assert.ok(size <= MAX_PACKED_MB * 2 ** 20 && unpackedSize <= MAX_UNPACKED_MB * 2 ** 20, `${size} ${unpackedSize}`);
  });

  test('takes pictures in and finds them, from a folder of its own', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-package-'));
    try {
      const { filename } = pack('--pack-destination', folder);
      execFileSync('tar', ['-xzf', path.join(folder, filename), '-C', folder]);
      const root = path.join(folder, 'package');
      symlinkSync(path.resolve('node_modules'), path.join(root, 'node_modules'));
      const tuodi = (...args: string[]) => {
        const command = [path.join(root, 'dist/main.js'), '--json', '--data-dir', path.join(folder, 'data'), ...args];
        const env = { ...process.env, NODE_OPTIONS: '', TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' };
        const { status, stdout, stderr } = spawnSync(process.execPath, command, {
          cwd: folder,
          env,
          encoding: 'utf8',
          timeout: 120_000,
        });
        assert.equal(status, 0, stderr);
        return stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      };
      const sample = (name: string) => path.join(root, 'samples', name);
      const taken = tuodi('ingest', sample('english-report.jpg'), sample('three-page-handbook.pdf'));
      assert.deepEqual(
        taken.map(({ status }) => status),
        ['INDEXED', 'INDEXED'],
      );
      assert.ok(JSON.stringify(tuodi('search', 'report')).includes('english-report.jpg'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
