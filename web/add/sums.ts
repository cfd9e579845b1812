/** The numbers above the list: how many are in, findable, left, and for how long. */
import { useSelector } from '@xstate/store-react';
import { useMemo } from 'react';
import { pictureNow } from '../stores/pictures.ts';
import { span } from '../words/format.ts';
import { useLanguage } from '../words/words.ts';
import { type Sums, sumsOf, uploads } from './uploads.ts';

/** share: of what the service has seen, in percent. time: until all is sent; empty: not known. */
export type Shown = Sums & { findable: number; share: number; time: string };

export function useSums(): Shown {
  const { views, speed } = useSelector(uploads, ({ context }) => context);
  const language = useLanguage();
  return useMemo(() => {
    const sums = sumsOf(views);
    const findable = [...views.values()].filter(
      ({ state, resource_id }) => state === 'in' && resource_id !== null && pictureNow(resource_id)?.searchable,
    ).length;
    const share = sums.all === 0 ? 0 : Math.round((100 * (sums.all - sums.left)) / sums.all);
    const seconds = speed > 0 && sums.left_bytes > 0 ? Math.ceil(sums.left_bytes / speed) : 0;
    return { ...sums, findable, share, time: seconds === 0 ? '' : span(seconds * 1_000, language) };
  }, [views, speed, language]);
}
