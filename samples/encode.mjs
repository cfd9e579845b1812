// From drawn pages to the bytes of a file. What the canvas can't write (TIFF, BMP, EXIF) is written here, as plainly as the format allows.

import { deflateSync } from 'node:zlib';
import { createCanvas, PDFDocument } from '@napi-rs/canvas';

const JPEG_QUALITY = 88;
const WEBP_QUALITY = 90;

/** `pages` are what page.mjs draws; `scene` may say `exif_orientation`. */
export const ENCODE = {
  '.png': ([page]) => page.canvas.encode('png'),
  '.jpg': async ([page], { exif_orientation }) => {
    const jpeg = await page.canvas.encode('jpeg', JPEG_QUALITY);
    return exif_orientation ? withOrientation(jpeg, exif_orientation) : jpeg;
  },
  '.webp': ([page]) => page.canvas.encode('webp', WEBP_QUALITY),
  '.bmp': ([page]) => bmp(greyOf(page.canvas)),
  '.tif': (pages) => tiff(pages.map(({ canvas }) => greyOf(canvas))),
  '.pdf': (pages) => pdf(pages),
};

/** The canvas turned clockwise: what a camera held sideways stores. */
export function turned(canvas, degrees) {
  const lying = degrees !== 180;
  const result = createCanvas(lying ? canvas.height : canvas.width, lying ? canvas.width : canvas.height);
  const context = result.getContext('2d');
  context.translate(result.width / 2, result.height / 2);
  context.rotate((degrees * Math.PI) / 180);
  context.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
  return result;
}

/** One byte a pixel: the luma of ITU-R BT.601. */
function greyOf(canvas) {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const pixels = Buffer.alloc(width * height);
  for (let n = 0; n < pixels.length; n++)
    pixels[n] = Math.round(0.299 * data[4 * n] + 0.587 * data[4 * n + 1] + 0.114 * data[4 * n + 2]);
  return { width, height, pixels };
}

/** A segment APP1 behind the start of the file, with one EXIF tag: Orientation (0x0112). */
function withOrientation(jpeg, orientation) {
  const tiffPart = Buffer.alloc(26);
  tiffPart.write('MM\0*', 0, 'latin1');
  tiffPart.writeUInt32BE(8, 4); // where the directory begins
  tiffPart.writeUInt16BE(1, 8); // entries
  tiffPart.writeUInt16BE(0x0112, 10);
  tiffPart.writeUInt16BE(3, 12); // SHORT
  tiffPart.writeUInt32BE(1, 14);
  tiffPart.writeUInt16BE(orientation, 18);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiffPart]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/** 8 bits with a palette of greys, not compressed, rows from below and in fours of bytes. */
function bmp({ width, height, pixels }) {
  const stride = Math.ceil(width / 4) * 4;
  const palette = Buffer.from(Array.from({ length: 256 }, (_, grey) => [grey, grey, grey, 0]).flat());
  const begin = 54 + palette.length;
  const head = Buffer.alloc(54);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(begin + stride * height, 2);
  head.writeUInt32LE(begin, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(8, 28);
  head.writeUInt32LE(stride * height, 34);
  head.writeUInt32LE(256, 46);
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), (height - 1 - y) * stride);
  return Buffer.concat([head, palette, rows]);
}

/** Little-endian TIFF 6.0: a directory a page, each page one strip of 8-bit greys, deflated (compression 8). */
function tiff(pages) {
  const parts = [Buffer.from('II*\0\0\0\0\0', 'latin1')];
  let length = 8;
  let link = { part: 0, at: 4 }; // the number that says where the next directory is
  const add = (bytes) => {
    const at = length;
    const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
    parts.push(padded);
    length += padded.length;
    return at;
  };
  for (const { width, height, pixels } of pages) {
    const strip = deflateSync(pixels, { level: 9 });
    const strip_at = add(strip);
    const entries = [
      [256, 4, width],
      [257, 4, height],
      [258, 3, 8], // bits a sample
      [259, 3, 8], // compression
      [262, 3, 1], // black is zero
      [273, 4, strip_at],
      [277, 3, 1], // samples a pixel
      [278, 4, height], // rows a strip
      [279, 4, strip.length],
    ];
    const directory = Buffer.alloc(2 + entries.length * 12 + 4);
    directory.writeUInt16LE(entries.length, 0);
    for (const [n, [tag, type, value]] of entries.entries()) {
      const at = 2 + n * 12;
      directory.writeUInt16LE(tag, at);
      directory.writeUInt16LE(type, at + 2);
      directory.writeUInt32LE(1, at + 4);
      if (type === 3) directory.writeUInt16LE(value, at + 8);
      else directory.writeUInt32LE(value, at + 8);
    }
    parts[link.part].writeUInt32LE(add(directory), link.at);
    link = { part: parts.length - 1, at: directory.length - 4 };
  }
  return Buffer.concat(parts);
}

/** Text that can be selected; a page with `as_image` is a scan: its pixels and no text. A point is two pixels of the scene. */
function pdf(pages) {
  const document = new PDFDocument({ title: 'A sample of tuodi', creation: new Date(0), modified: new Date(0) });
  for (const { canvas, scene, drawInto } of pages) {
    const context = document.beginPage(canvas.width / 2, canvas.height / 2);
    context.scale(0.5, 0.5);
    if (scene.as_image) context.drawImage(canvas, 0, 0);
    else drawInto(context);
    document.endPage();
  }
  return document.close();
}
