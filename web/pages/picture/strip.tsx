/** The pages of a picture that has several, at the left edge; matches are dots on them. */
import { useEffect, useRef } from 'react';
import type { Box } from '../../../contract/search.ts';
import type { Picture } from '../../stores/pictures.ts';
import { num } from '../../words/format.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import { previewOf } from './face.tsx';

const DOTS = 5;
type StripProps = { picture: Picture; page: number; boxes: readonly Box[]; onPage: (page: number) => void };

export function Strip({ picture, page, boxes, onPage }: StripProps) {
  const words = useWords(pageWords);
  const here = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page that is shown is in sight
  useEffect(() => {
    here.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // newer browsers return a promise: no clean-up of the effect
  }, [page]);
  const { resource_id, page_count } = picture;
  return (
    <nav className="strip" aria-label={words.pages}>
      {Array.from({ length: page_count ?? 1 }, (_, n) => n + 1).map((n) => {
        const count = boxes.filter((box) => box.page === n).length;
        return (
          <button
            key={n}
            ref={n === page ? here : null}
            type="button"
            aria-current={n === page ? 'page' : undefined}
            aria-label={count > 0 ? words.page_matches(n, count) : words.page(n)}
            onClick={() => onPage(n)}
          >
            <img src={previewOf(resource_id, n, '320')} alt="" loading="lazy" />
            <span className="num">{num(n)}</span>
            {count > 0 ? (
              <span className="dots">
                {Array.from({ length: Math.min(DOTS, count) }, (_, dot) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: dots are alike
                  <i key={dot} />
                ))}
              </span>
            ) : null}
          </button>
        );
      })}
    </nav>
  );
}
