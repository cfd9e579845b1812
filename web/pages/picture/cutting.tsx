/** A strip of the picture around one word. */
import type { PageText } from './page-text.ts';
import type { PlacedWord } from './runs.ts';

const TALL = 56;
/** How tall the word itself is shown, at most. */
const WORD = 32;

export function Cutting({ source, page, word, wide }: { source: string; page: PageText; word: PlacedWord; wide: number }) {
  const scale = Math.min(WORD / (word.h * page.height), (wide - 16) / (word.w * page.width), 2.5);
  const [width, height] = [page.width * scale, page.height * scale];
  const left = wide / 2 - (word.x + word.w / 2) * width;
  const top = TALL / 2 - (word.y + word.h / 2) * height;
  return (
    <div className="crop" aria-hidden="true">
      <img
        src={source}
        alt=""
        style={{ width: `${width}px`, height: `${height}px`, transform: `translate(${left}px, ${top}px)` }}
      />
    </div>
  );
}
