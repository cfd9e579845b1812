/** The text of a picture: read when its revision changes, corrected with the state that it was read from. */
import { useCallback, useEffect, useState } from 'react';
import type { TextAnswer } from '../../../contract/text.ts';
import { api } from '../../api/api.ts';
import { isAborted, Refused } from '../../api/refused.ts';
import { putPictures } from '../../stores/pictures.ts';

export type PageText = TextAnswer['pages'][number];
/** state: none: it was not read yet. etag: the state of the picture that it is of. */
export type Text = {
  state: 'reading' | 'there' | 'none' | 'failed';
  pages: readonly PageText[];
  etag: string;
  source: TextAnswer['source'];
};
const NOTHING: Text = { state: 'reading', pages: [], etag: '', source: 'machine' };

async function read(resource_id: string, signal?: AbortSignal): Promise<Text> {
  const params = { resource_id };
  const picture = await api.get_resource({ params, ...(signal ? { signal } : {}) });
  const { body } = await api.get_text({ params, ...(signal ? { signal } : {}) });
  if (body instanceof Response) throw new Error('the text came as plain text');
  return { state: 'there', pages: body.pages, etag: picture.headers.get('etag') ?? '', source: body.source };
}

/** changed: another value has it read again. */
export function usePageText(id: string, changed: string): { text: Text; again: () => Promise<void> } {
  const [text, setText] = useState(NOTHING);
  const look = useCallback(
    async (signal?: AbortSignal) => {
      try {
        setText(await read(id, signal));
      } catch (error) {
        if (isAborted(error)) return;
        const none = error instanceof Refused && (error.status === 404 || error.status === 409);
        setText((before) =>
          none ? { ...NOTHING, state: 'none' } : before.state === 'there' ? before : { ...NOTHING, state: 'failed' },
        );
      }
    },
    [id],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` is why it is read again
  useEffect(() => {
    const stop = new AbortController();
    void look(stop.signal);
    return () => stop.abort();
  }, [look, changed]);
  return { text, again: () => look() };
}

/** conflict: another text was saved meanwhile: it, as it is now. */
export type Corrected = { saved: true } | { saved: false; conflict: PageText };
const TRIES = 4;

/**
 * Saves the text of a page; null: as the machine read it. `base`: the text that it was made from. Where only the state of the picture has
 * moved on, as by its indexing, and not the text, it is saved all the same. Throws Refused and Unreachable.
 */
export async function correct(
  resource_id: string,
  { page, text, base, etag }: { page: number; text: string | null; base: string; etag: string },
): Promise<Corrected> {
  let wanted = etag;
  for (let n = 0; ; n += 1) {
    try {
      const body = { pages: [{ page, text }] };
      const answer = await api.patch_text({ params: { resource_id }, body, headers: { 'if-match': wanted } });
      putPictures([answer.body]);
      return { saved: true };
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412 || n >= TRIES) throw error;
      const now = await read(resource_id);
      const theirs = now.pages.find((one) => one.page === page);
      if (theirs && theirs.text !== base) return { saved: false, conflict: theirs };
      wanted = now.etag;
    }
  }
}
