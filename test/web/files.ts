/** Pictures to add, and how a person hands them over. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

const WORDS = ['harbour', 'lantern', 'orchard', 'bicycle', 'kettle', 'meadow', 'violin', 'compass', 'pebble', 'anchor'];
/** A word that stands on the picture of this number and on no other among ten. */
export const wordOn = (number: number): string => WORDS[number % WORDS.length] ?? '';

/** A small picture with a line of words, quickly read. Each number is another picture. */
export function picture(number: number): Promise<Buffer> {
  const text = `<text x="20" y="52" font-family="DejaVu Sans, sans-serif" font-size="34">${wordOn(number)} ${1_000 + number}</text>`;
  return sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="340" height="80"><rect width="340" height="80" fill="#fff"/>${text}</svg>`,
    ),
  )
    .png()
    .toBuffer();
}

/** Their paths, in a folder of this name within `into`. */
export async function picturesIn(into: string, name: string, numbers: readonly number[]): Promise<string[]> {
  const folder = path.join(into, name);
  await mkdir(folder, { recursive: true });
  return Promise.all(
    numbers.map(async (number) => {
      const file = path.join(folder, `${name}-${number}.png`);
      await writeFile(file, await picture(number));
      return file;
    }),
  );
}
export const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, k) => from + k);

/** As the browser's own drag and drop does it: files and folders by their paths. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  await session.detach();
}
/** As the clipboard gives a picture: under the name `image.png`. */
export async function paste(page: Page, bytes: Buffer): Promise<void> {
  await page.evaluate(`{
    const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`);
}
