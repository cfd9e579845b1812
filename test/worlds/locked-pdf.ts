/** A PDF that is encrypted by RC4 with 40 bits, as its oldest readers have it, and opens with an empty password. */
import { createHash } from 'node:crypto';
import { pdfOf } from './pdf-file.ts';

/** Those that the standard puts behind a password. */
const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const ID = Buffer.alloc(16, 0x0f);
const PERMISSIONS = -4;
const KEY_BYTES = 5;

/** `created`: its CreationDate, encrypted as every text of the document is. */
export function lockedPdf(created: string): Buffer {
  const md5 = (...parts: Buffer[]) => createHash('md5').update(Buffer.concat(parts)).digest();
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(PERMISSIONS);
  const owner = rc4(md5(PADDING).subarray(0, KEY_BYTES), PADDING);
  const key = md5(PADDING, owner, permissions, ID).subarray(0, KEY_BYTES);
  const user = rc4(key, PADDING);
  const hex = (bytes: Buffer) => `<${bytes.toString('hex')}>`;
  const date = rc4(md5(key, Buffer.from([INFO, 0, 0, 0, 0])).subarray(0, KEY_BYTES + 5), Buffer.from(created, 'latin1'));
  const encrypted = `/Encrypt<</Filter/Standard/V 1/R 2/P ${PERMISSIONS}/O${hex(owner)}/U${hex(user)}>>`;
  return pdfOf(
    [
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>',
      `<</CreationDate${hex(date)}>>`,
    ],
    `${encrypted}/ID[${hex(ID)}${hex(ID)}]/Info ${INFO} 0 R`,
  );
}
/** Its number. */
const INFO = 4;

/** By hand: OpenSSL 3 has it in a provider that is not loaded. */
function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, i) => i);
  const swap = (a: number, b: number) => {
    [state[a], state[b]] = [state[b] ?? 0, state[a] ?? 0];
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(
    data.map((byte) => {
      i = (i + 1) & 255;
      j = (j + (state[i] ?? 0)) & 255;
      swap(i, j);
      return byte ^ (state[((state[i] ?? 0) + (state[j] ?? 0)) & 255] ?? 0);
    }),
  );
}
