/** The files, of which only those in sight are in the page. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { useSelector } from '@xstate/store-react';
import { useMemo, useRef } from 'react';
import { addWords } from '../words/add.ts';
import { useWords } from '../words/words.ts';
import { FileRow } from './file-row.tsx';
import { inOrder, uploads } from './uploads.ts';

const ROW = 62;

export function FileList({ one, onChoose }: { one: string | null; onChoose: (id: string) => void }) {
  const words = useWords(addWords);
  const views = useSelector(uploads, ({ context }) => context.views);
  const files = useMemo(() => inOrder(views), [views]);
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (n) => files[n]?.id ?? n,
    overscan: 6,
  });
  return (
    <section ref={scroller} className="files" aria-label={words.files}>
      <ul style={{ height: `${rows.getTotalSize()}px` }}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const view = files[index];
          return view ? (
            <li
              key={key}
              data-index={index}
              ref={rows.measureElement}
              aria-setsize={files.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <FileRow view={view} chosen={one === view.id} onChoose={() => onChoose(view.id)} />
            </li>
          ) : null;
        })}
      </ul>
    </section>
  );
}
