/** The right one of the facing pages: what was read, with the unsure word that is visited, or the text that is being corrected. */
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import { Correcting } from './correcting.tsx';
import type { PageText, Text } from './page-text.ts';
import { Reading } from './reading.tsx';
import { Unsure } from './unsure.tsx';
import type { Correction } from './use-correcting.ts';
import { replaced, type Unsures } from './use-unsure.ts';

type RightPageProps = {
  id: string;
  count: number;
  text: PageText | null;
  state: Text['state'];
  unsure: Unsures;
  correction: Correction;
  may: boolean;
  onTheirs: () => void;
};

export function RightPage({ id, count, text, state, unsure, correction, may, onTheirs }: RightPageProps) {
  const words = useWords(pageWords);
  const theirs = () => {
    correction.end();
    onTheirs();
  };
  const nothing = { failed: words.failed_part, reading: '', none: words.not_read_yet, there: words.not_read_yet }[state];
  return (
    <div className="side right">
      <p className="label">
        {text?.source === 'person' ? words.read_corrected : words.read}
        {unsure.words.length > 0 && !correction.open ? (
          <button type="button" className="b link s" onClick={unsure.next}>
            {words.unsure(unsure.words.length)} <kbd>U</kbd>
          </button>
        ) : null}
      </p>
      <div className="reading">
        {correction.open && text ? (
          <Correcting
            id={id}
            page={text}
            count={count}
            conflict={correction.conflict}
            onSave={(next) => correction.save(next, text)}
            onTheirs={theirs}
            onClose={correction.end}
          />
        ) : text ? (
          <Reading text={text} checked={unsure.checked} visited={unsure.visited} onVisit={unsure.visit}>
            <Visited {...{ id, text, unsure, correction, may }} />
          </Reading>
        ) : (
          <p className="soft nothing">{nothing}</p>
        )}
      </div>
    </div>
  );
}

function Visited({
  id,
  text,
  unsure,
  correction,
  may,
}: Omit<RightPageProps, 'text' | 'count' | 'state' | 'onTheirs'> & { text: PageText }) {
  const k = unsure.visited;
  if (k === null) return null;
  return (
    <Unsure
      key={k}
      id={id}
      page={text}
      k={k}
      may={may && (text.words[k]?.at ?? null) !== null}
      more={unsure.words.some((other) => other !== k)}
      onRight={unsure.right}
      onCorrect={async (typed) => {
        unsure.visit(null);
        await correction.save(replaced(text, k, typed), text);
      }}
      onNext={unsure.next}
      onClose={() => unsure.visit(null)}
    />
  );
}
