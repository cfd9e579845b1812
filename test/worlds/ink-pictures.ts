/** Pictures with ink on them: writing of kinds that the engine may not read, and what only looks like it from afar. */
import sharp, { type Sharp } from 'sharp';

const [WIDTH, HEIGHT] = [1_000, 1_200];

const drawn = (body: string, ground = '#fff'): Sharp =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><rect width="100%" height="100%" fill="${ground}"/>${body}</svg>`,
    ),
  ).flatten();
/** The same numbers each time, 0–1. */
function numbers(seed = 7): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
const times = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join('');

const lines = (texts: string[], size: number): Sharp =>
  drawn(
    texts
      .map((text, n) => `<text x="80" y="${120 + n * 60}" font-family="DejaVu Sans" font-size="${size}">${text}</text>`)
      .join(''),
  );

/** Words in one stroke each, as a hand writes them: loops, with now and then an ascender or a descender. */
function handwriting(): Sharp {
  const next = numbers();
  const word = (x: number, y: number, letters: number) => {
    let [at, path] = [x, `M${x} ${y}`];
    for (let n = 0; n < letters; n++) {
      const to = at + 14 + next() * 10;
      const up = y - (next() < 0.3 ? 45 : 22) - next() * 6;
      path += ` C${at + 4} ${up} ${to - 2} ${up} ${to} ${y} S${to + 4} ${y + (next() < 0.2 ? 25 : 2)} ${to + 8} ${y}`;
      at = to + 8;
    }
    return { path: `<path d="${path}" fill="none" stroke="#223" stroke-width="3"/>`, end: at };
  };
  const row = (n: number) => {
    let [x, paths] = [80, ''];
    while (x < 880) {
      const { path, end } = word(x, 150 + n * 90, 3 + Math.floor(next() * 6));
      paths += path;
      x = end + 18 + next() * 14;
    }
    return paths;
  };
  return drawn(times(10, row));
}

function grass(): Sharp {
  const next = numbers();
  const blade = () => {
    const [x, y] = [next() * WIDTH, next() * HEIGHT];
    const path = `M${x} ${y} q${next() * 20 - 10} -${20 + next() * 30} ${next() * 30 - 15} -${30 + next() * 40}`;
    const colour = `hsl(${90 + next() * 40},50%,${20 + next() * 50}%)`;
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${1 + next() * 3}"/>`;
  };
  return drawn(times(4_000, blade), '#7a9');
}
function pebbles(): Sharp {
  const next = numbers();
  const pebble = () =>
    `<ellipse cx="${next() * WIDTH}" cy="${next() * HEIGHT}" rx="${5 + next() * 12}" ry="${5 + next() * 12}" fill="#444"/>`;
  return drawn(times(300, pebble));
}
function windows(): Sharp {
  const next = numbers();
  const one = (n: number) =>
    `<rect x="${60 + (n % 14) * 65}" y="${60 + Math.floor(n / 14) * 90}" width="${36 + next() * 3}" height="${56 + next() * 3}" fill="hsl(0,0%,${10 + next() * 30}%)"/>`;
  return drawn(times(168, one), '#bbb');
}
const noise = (): Sharp =>
  sharp({
    create: { width: WIDTH, height: HEIGHT, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 }, background: '#888' },
  });

const pngOf = (picture: Sharp) => picture.greyscale().png().toBuffer();
const ENGLISH = ['Quarterly report for the harbour', 'crane number seven. The gearbox', 'was opened, cleaned and filled'];

export const WRITING: Record<string, () => Promise<Buffer>> = {
  handwriting: () => pngOf(handwriting()),
  Georgian: () => pngOf(lines(['ტექნიკური ანგარიში ნავსადგურის', 'ამწის შესახებ გადაცემათა კოლოფი', 'გაიხსნა და გაიწმინდა'], 36)),
  Arabic: () =>
    pngOf(lines(['السلام عليكم ورحمة الله وبركاته', 'هذا تقرير عن الميناء والرافعة', 'تم فتح علبة التروس وتنظيفها'], 40)),
  'one line': () => pngOf(lines(['ტექნიკური ანგარიში'], 48)),
  'blurred print': async () =>
    sharp(await pngOf(lines(ENGLISH, 20)))
      .blur(4)
      .png()
      .toBuffer(),
};
export const NO_WRITING: Record<string, () => Promise<Buffer>> = {
  'a blank page': () => pngOf(drawn('')),
  grass: () => pngOf(grass()),
  pebbles: () => pngOf(pebbles()),
  'a grid of dots': () =>
    pngOf(drawn(times(1_320, (n) => `<circle cx="${20 + (n % 33) * 30}" cy="${20 + Math.floor(n / 33) * 30}" r="6"/>`))),
  'a fence': () => pngOf(drawn(times(40, (n) => `<rect x="${n * 25}" y="300" width="10" height="${60 + (n % 10)}"/>`))),
  'the windows of a house': () => pngOf(windows()),
  noise: () => pngOf(noise()),
};
