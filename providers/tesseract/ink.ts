/** What is written on a picture, before anybody has read it: ink separated from the background, and the pieces of ink. */

/** One byte a pixel, row by row: 0 is black. */
export type Grey = { pixels: Uint8Array; width: number; height: number };
/** Pixels; right and bottom are the first ones outside. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** threshold: ink is on one side of it, the ground on the other. ground: the grey of the paper. */
export type Tone = { threshold: number; ground: number; is_light_on_dark: boolean };

/** There is always less ink than ground: so a page that is mostly dark has light ink. */
export function toneOf({ pixels }: Grey): Tone {
  const counts = new Uint32Array(256);
  for (const pixel of pixels) counts[pixel] = (counts[pixel] ?? 0) + 1;
  const threshold = otsu(counts, pixels.length);
  const dark = counts.subarray(0, threshold).reduce((sum, count) => sum + count, 0);
  const is_light_on_dark = dark > pixels.length / 2;
  const [from, of] = is_light_on_dark ? [0, dark] : [threshold, pixels.length - dark];
  let [ground, seen] = [from, counts[from] ?? 0];
  while (seen < of / 2) seen += counts[++ground] ?? 0;
  return { threshold, ground, is_light_on_dark };
}

/** The grey value that parts all into two classes with the most between them (N. Otsu, 1979). The dark ones are below it. */
function otsu(counts: Uint32Array, total: number): number {
  const sum = counts.reduce((so_far, count, value) => so_far + value * count, 0);
  let [below, sum_below, best, threshold] = [0, 0, -1, 128];
  for (const [value, count] of counts.entries()) {
    below += count;
    sum_below += value * count;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sum_below / below - (sum - sum_below) / above) ** 2;
    if (between > best) [best, threshold] = [between, value + 1];
  }
  return threshold;
}

/** Ink that hangs together, dark on light: letters, parts of Chinese characters, lines, specks. */
export function piecesOf({ pixels, width, height }: Grey, threshold: number): Box[] {
  const boxes: Box[] = [];
  const parents: number[] = [];
  const rootOf = (piece: number): number => {
    let root = piece;
    for (let parent = parents[root]; parent !== undefined && parent !== root; parent = parents[root]) root = parent;
    parents[piece] = root;
    return root;
  };
  let above: Run[] = [];
  for (let y = 0; y < height; y++) {
    const runs = runsOf(pixels, y * width, width, threshold);
    let first = 0;
    for (const run of runs) {
      while ((above[first]?.right ?? Infinity) < run.left) first += 1;
      for (let i = first; (above[i]?.left ?? Infinity) <= run.right; i++) {
        const other = rootOf(above[i]?.piece ?? 0);
        if (run.piece < 0) run.piece = other;
        else join(boxes, parents, rootOf(run.piece), other);
      }
      if (run.piece < 0) {
        run.piece = boxes.length;
        parents.push(boxes.length);
        boxes.push({ left: run.left, top: y, right: run.right, bottom: y + 1 });
      }
      const box = boxes[rootOf(run.piece)];
      if (box) grow(box, { left: run.left, top: y, right: run.right, bottom: y + 1 });
    }
    above = runs;
  }
  return boxes.filter((_, piece) => parents[piece] === piece);
}

/** Ink in one row. piece: -1 until it is known. */
type Run = { left: number; right: number; piece: number };

function runsOf(pixels: Uint8Array, from: number, width: number, threshold: number): Run[] {
  const runs: Run[] = [];
  for (let x = 0; x < width; x++) {
    if ((pixels[from + x] ?? 255) >= threshold) continue;
    const left = x;
    while (x < width && (pixels[from + x] ?? 255) < threshold) x += 1;
    runs.push({ left, right: x, piece: -1 });
  }
  return runs;
}

/** Both are one: what is known of `other` goes to `piece`. */
function join(boxes: Box[], parents: number[], piece: number, other: number): void {
  if (piece === other) return;
  const [kept, gone] = [boxes[piece], boxes[other]];
  if (kept && gone) grow(kept, gone);
  parents[other] = piece;
}

function grow(box: Box, by: Box): void {
  box.left = Math.min(box.left, by.left);
  box.top = Math.min(box.top, by.top);
  box.right = Math.max(box.right, by.right);
  box.bottom = Math.max(box.bottom, by.bottom);
}
