/** Which page is shown, and which of the matches is visited. */
import { useState } from 'react';
import type { Box } from '../../../contract/search.ts';

export type Pages = {
  page: number;
  turnTo: (page: number) => boolean;
  /** The match that is visited; null: none. */
  match: Box | null;
  toMatch: (by: 1 | -1) => boolean;
};

/** It begins at the page of the first match. */
export function usePages(count: number, boxes: readonly Box[]): Pages {
  const [page, setPage] = useState(1);
  const [match, setMatch] = useState<number | null>(null);
  const [followed, setFollowed] = useState(false);
  const first = boxes[0]?.page;
  if (!followed && first !== undefined) {
    setFollowed(true);
    setPage(first);
  }
  return {
    page,
    turnTo: (next) => {
      if (next < 1 || next > count) return false;
      setPage(next);
      return true;
    },
    match: match === null ? null : (boxes[match] ?? null),
    toMatch: (by) => {
      if (boxes.length === 0) return false;
      const next = ((match ?? (by > 0 ? -1 : 0)) + by + boxes.length) % boxes.length;
      setMatch(next);
      setPage(boxes[next]?.page ?? page);
      return true;
    },
  };
}
