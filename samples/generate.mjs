// Draws every sample picture into this folder, and writes what is on them, and where, to truth.json: `node generate.mjs`.

import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { GlobalFonts } from '@napi-rs/canvas';
import { drawLandscape, landscape } from './landscape.mjs';
import { drawPage } from './page.mjs';
import { scenes } from './scenes.mjs';

const FONTS = {
  sc: '@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified',
  tc: '@fontsource/noto-sans-tc/files/noto-sans-tc-chinese-traditional',
};
const WEIGHTS = [400, 700];
const JPEG_QUALITY = 88;
const WEBP_QUALITY = 90;

const ENCODE = {
  '.png': (canvas) => canvas.encode('png'),
  '.jpg': (canvas) => canvas.encode('jpeg', JPEG_QUALITY),
  '.webp': (canvas) => canvas.encode('webp', WEBP_QUALITY),
};

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

const drawn = [
  ...scenes.map((scene) => ({ scene, draw: drawPage })),
  { scene: landscape, draw: (scene) => ({ canvas: drawLandscape(scene), lines: [] }) },
];

/** truth.json has one text line of a picture a line of its own, so that a change can be read. */
function truthOf(pictures) {
  const entry = ({ scene: { file, title, languages, width, height }, lines }) => {
    const head = JSON.stringify({ title, languages, width, height }).slice(1, -1);
    const body = lines.map((line) => `\n      ${JSON.stringify(line)}`).join(',');
    return `  ${JSON.stringify(file)}: {${head}, "lines": [${body}${body && '\n    '}]}`;
  };
  return `{\n${pictures.map(entry).join(',\n')}\n}\n`;
}

registerFonts();
const pictures = [];
for (const { scene, draw } of drawn) {
  const { canvas, lines } = draw(scene);
  const bytes = await ENCODE[extname(scene.file)](canvas);
  await writeFile(new URL(scene.file, import.meta.url), bytes);
  pictures.push({ scene, lines });
  console.log(`${scene.file}: ${scene.width} x ${scene.height}, ${bytes.length} bytes, ${lines.length} lines`);
}
await writeFile(new URL('truth.json', import.meta.url), truthOf(pictures));
