/**
 * Bundles the program into dist/bundle, and puts entries in the places of `main.js` and the search thread that load it: read as 570 files
 * they take longer to find and open than to run. Packages stay outside. Tests and tools load the files that the compiler wrote.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = path.join(root, 'dist');
/** By the name in the bundle: what is loaded at every start. */
const ENTRIES = { main: 'main', 'search-thread': 'persistence/sqlite-index/thread' };

/** What an earlier build has left is removed after this one has written its own: at no time is there no bundle. */
export async function bundleProgram(folder: string): Promise<void> {
  const built = await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    plugins: [ownPlaces],
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      sourcemap: 'hidden', // the package has none
      reportCompressedSize: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, path.join(root, `${file}.ts`)])),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        checks: { pluginTimings: false },
      },
    },
  });
  const written = new Set([built].flat().flatMap((one) => ('output' in one ? one.output.map(({ fileName }) => fileName) : [])));
  for (const name of readdirSync(folder)) if (!written.has(name)) rmSync(path.join(folder, name));
}

/** After every run of the compiler, which may have written its own in their places; one that is right is left, since it may be read now. */
export function writeEntries(): void {
  for (const [name, file] of Object.entries(ENTRIES)) {
    const entry = path.join(dist, `${file}.js`);
    const up = '../'.repeat(file.split('/').length - 1) || './';
    const load = `import ${JSON.stringify(`${up}bundle/${name}.js`)};\n`;
    const text = file === 'main' ? `#!/usr/bin/env node\n${load}` : load;
    if (readFileSync(entry, 'utf8') !== text) writeFileSync(entry, text);
  }
}

/** A module finds its threads and files from its own place beside the bundle, and not from the bundle's. */
const ownPlaces: Plugin = {
  name: 'own-places',
  enforce: 'pre',
  transform(code, id) {
    if (!id.startsWith(root) || id.includes('node_modules') || !code.includes('import.meta.url')) return null;
    const place = path.posix.join('..', path.relative(root, id).replace(/\.ts$/, '.js'));
    return { code: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`), map: null };
  },
};
