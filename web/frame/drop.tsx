/** The whole window takes files that are dropped or pasted: it becomes a shelf with dashed outlines, and hands them to the tray. */
import { useEffect, useState } from 'react';
import { mayDo } from '../stores/session.ts';
import { tray } from '../stores/tray.ts';
import { frameWords } from '../words/frame.ts';
import { useWords } from '../words/words.ts';
import { filesOf, namedPasted } from './dropped.ts';

export function DropZone() {
  const words = useWords(frameWords);
  const over = useDrops();
  return over ? (
    <div className="dropping" aria-hidden="true">
      <i />
      <i />
      <i />
      <p>{words.drop}</p>
    </div>
  ) : null;
}

/** Whether files are held over the window now. */
function useDrops(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true && mayDo('editor');
    const drag = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      void filesOf(event.dataTransfer).then((files) => tray.trigger.hand({ files }));
    };
    const paste = (event: ClipboardEvent) => {
      const files = namedPasted([...(event.clipboardData?.files ?? [])]);
      if (files.length === 0 || !mayDo('editor')) return;
      event.preventDefault();
      tray.trigger.hand({ files });
    };
    addEventListener('dragover', drag);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', drag);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return over;
}
