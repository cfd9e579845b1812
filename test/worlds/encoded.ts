/** Text in the encodings that came before UTF-8: made from their decoders. */

const tables = new Map<string, Map<string, number[]>>();
function tableOf(label: string): Map<string, number[]> {
  const known = tables.get(label);
  if (known) return known;
  const decoder = new TextDecoder(label, { fatal: true });
  const table = new Map<string, number[]>();
  const add = (bytes: number[]) => {
    try {
      const char = decoder.decode(Uint8Array.from(bytes));
      if ([...char].length === 1 && !table.has(char)) table.set(char, bytes);
    } catch {
      // no character of the encoding
    }
  };
  for (let one = 0; one < 256; one++) add([one]);
  for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x30; trail < 0xff; trail++) add([lead, trail]);
  tables.set(label, table);
  return table;
}

/** Throws for a character that the encoding has not in one or two bytes. */
export function encoded(label: string, text: string): Buffer {
  const table = tableOf(label);
  return Buffer.from(
    [...text].flatMap((char) => {
      const bytes = table.get(char);
      if (!bytes) throw new Error(`${char} is not in ${label}`);
      return bytes;
    }),
  );
}
