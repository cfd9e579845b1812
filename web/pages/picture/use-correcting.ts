/** Correcting the text of a page: what is saved, what stood there before, and the version of somebody who was quicker. */
import { useState } from 'react';
import { say } from '../../stores/toast.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import { sayRefused } from './acts.ts';
import { correct, type PageText, type Text } from './page-text.ts';

/** again: reads the text anew. */
type Given = { id: string; whole: Text; again: () => Promise<void> };
export type Correction = {
  open: boolean;
  conflict: PageText | null;
  begin: () => void;
  end: () => void;
  /** null: as the machine read it. */
  save: (text: string | null, of: PageText) => Promise<void>;
};

export function useCorrecting({ id, whole, again }: Given): Correction {
  const words = useWords(pageWords);
  const [open, setOpen] = useState(false);
  const [conflict, setConflict] = useState<PageText | null>(null);
  const end = () => {
    setOpen(false);
    setConflict(null);
  };
  const save = async (next: string | null, of: PageText) => {
    const { page } = of;
    const former = of.source === 'person' ? of.text : null;
    try {
      const answer = await correct(id, { page, text: next, base: conflict?.text ?? of.text, etag: whole.etag });
      if (!answer.saved) {
        setConflict(answer.conflict);
        return;
      }
      end();
      await again();
      const undo = async () => {
        await correct(id, { page, text: former, base: next ?? '', etag: '*' }).catch(sayRefused);
        await again();
      };
      say(next === null ? words.saved_back : words.saved, { undo });
    } catch (error) {
      sayRefused(error);
    }
  };
  return { open, conflict, begin: () => setOpen(true), end, save };
}
