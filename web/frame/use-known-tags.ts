/** Tags that the library has and that begin with what is typed, the most used first. */
import { useEffect, useState } from 'react';
import { api } from '../api/api.ts';
import { isAborted, throwUnexpected } from '../api/refused.ts';
import { after } from '../world.ts';

export type KnownTag = { tag: string; count: number };
const QUIET_MS = 120;
const SHOWN = 8;

/** prefix: null: nothing is asked. What was known stays until the next answer; where none comes, nothing is suggested. */
export function useKnownTags(prefix: string | null): readonly KnownTag[] {
  const [known, setKnown] = useState<readonly KnownTag[]>([]);
  useEffect(() => {
    if (prefix === null) return;
    const stop = new AbortController();
    const cancel = after(QUIET_MS, () => {
      api.list_tags({ query: { prefix: prefix.trim(), limit: SHOWN }, signal: stop.signal }).then(
        ({ body }) => setKnown(body.items),
        (error: unknown) => {
          if (isAborted(error)) return;
          throwUnexpected(error);
          setKnown([]);
        },
      );
    });
    return () => {
      cancel();
      stop.abort();
    };
  }, [prefix]);
  return known;
}
