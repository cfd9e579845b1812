/** Where the project's own files are: beside the sources, or one above the compiled ones. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = [path.resolve(here, '..'), path.resolve(here, '../..')].find((folder) =>
  existsSync(path.join(folder, 'package.json')),
);
if (!root) throw new Error(`no package.json above ${here}`);

export const SAMPLES = path.join(root, 'samples');
const { version, engines } = z
  .object({ version: z.string(), engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
export const VERSION = version;
/** The oldest Node that it is made for. */
export const OLDEST_NODE = engines.node.replace(/[^\d.]/g, '');
