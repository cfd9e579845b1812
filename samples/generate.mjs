// Draws every sample picture into this folder, and writes what is on them, and where, to truth.json: `node generate.mjs`.

import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { GlobalFonts } from '@napi-rs/canvas';
import { ENCODE, turned } from './encode.mjs';
import { drawLandscape, landscape } from './landscape.mjs';
import { drawPage, turnedLines } from './page.mjs';
import { scenes } from './scenes.mjs';

const FONTS = {
  sc: '@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified',
  tc: '@fontsource/noto-sans-tc/files/noto-sans-tc-chinese-traditional',
};
const WEIGHTS = [400, 700];
const resolve = createRequire(import.meta.url).resolve;

function registerFonts() {
  for (const [name, path] of Object.entries(FONTS)) {
    for (const weight of WEIGHTS) {
      const file = resolve(`${path}-${weight}-normal.woff2`);
      if (!GlobalFonts.registerFromPath(file, name))
        throw new Error(`The font ${file} can't be read. Run "npm install" here first.`);
    }
  }
}

/** One page, or several of one size; `turned_by`: as it is stored, 90° clockwise, with or without a word about it in EXIF. */
function drawnPages(scene) {
  if (scene === landscape) return [{ scene, canvas: drawLandscape(scene), lines: [] }];
  return (scene.pages ?? [scene]).map(drawPage);
}

/** Who has EXIF is shown upright; who has not is seen as it is stored. */
function stored(scene, pages) {
  const { turned_by, exif_orientation, width, height } = scene;
  if (!turned_by) return { pages, lines: numbered(pages), width, height };
  const turnedPages = pages.map((page) => ({ ...page, canvas: turned(page.canvas, turned_by) }));
  if (exif_orientation) return { pages: turnedPages, lines: numbered(pages), width, height };
  const lines = numbered(pages.map((page) => ({ ...page, lines: turnedLines(page.lines) })));
  return { pages: turnedPages, lines, width: height, height: width };
}

const numbered = (pages) =>
  pages.flatMap(({ lines }, n) => lines.map((line) => (pages.length > 1 ? { page: n + 1, ...line } : line)));

/** truth.json has one text line of a picture a line of its own, so that a change can be read. */
function truthOf(pictures) {
  const entry = ({ file, title, languages, width, height, page_count, lines }) => {
    const pages = page_count > 1 ? { page_count } : {};
    const head = JSON.stringify({ title, languages, width, height, ...pages }).slice(1, -1);
    const body = lines.map((line) => `\n      ${JSON.stringify(line)}`).join(',');
    return `  ${JSON.stringify(file)}: {${head}, "lines": [${body}${body && '\n    '}]}`;
  };
  return `{\n${pictures.map(entry).join(',\n')}\n}\n`;
}

registerFonts();
const pictures = [];
for (const scene of [...scenes, landscape]) {
  const { pages, ...kept } = stored(scene, drawnPages(scene));
  const bytes = await ENCODE[extname(scene.file)](pages, scene);
  await writeFile(new URL(scene.file, import.meta.url), bytes);
  const { file, title, languages } = scene;
  pictures.push({ file, title, languages, page_count: pages.length, ...kept });
  console.log(`${file}: ${kept.width} x ${kept.height}, ${bytes.length} bytes, ${kept.lines.length} lines`);
}
await writeFile(new URL('truth.json', import.meta.url), truthOf(pictures));
