/** The sheet for adding: takes what the frame was handed, or what is chosen here, and sends one file after the other. */
import { useSelector } from '@xstate/store-react';
import { useEffect } from 'react';
import { api } from '../api/api.ts';
import { Refused } from '../api/refused.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Icon } from '../frame/icons.tsx';
import { putPictures } from '../stores/pictures.ts';
import { say } from '../stores/toast.ts';
import { tray } from '../stores/tray.ts';
import { addWords } from '../words/add.ts';
import { frameWords } from '../words/frame.ts';
import { useWords, wordsNow } from '../words/words.ts';

export default function Add() {
  const words = useWords(addWords);
  const frame = useWords(frameWords);
  const files = useSelector(tray, ({ context }) => context.files);
  useEffect(() => {
    if (files.length === 0) return;
    tray.trigger.taken();
    tray.trigger.close();
    void send(files);
  }, [files]);
  return (
    <Dialog className="sheet" label={words.title} onClose={() => tray.trigger.close()}>
      <header>
        <h2>{words.title}</h2>
        <button type="button" className="b icon" aria-label={frame.close} onClick={() => tray.trigger.close()}>
          <Icon name="x" />
        </button>
      </header>
      <label className="b first">
        {words.choose}
        <input
          type="file"
          multiple
          className="vh"
          onChange={(event) => tray.trigger.hand({ files: [...(event.currentTarget.files ?? [])] })}
        />
      </label>
    </Dialog>
  );
}

async function send(files: readonly File[]): Promise<void> {
  const words = wordsNow(addWords);
  say(words.sending(files.length));
  for (const file of files) {
    const form = new FormData();
    form.set('file', file);
    try {
      const { body } = await api.create_resource({ form });
      if (body && 'resource' in body) putPictures([body.resource]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(words.refused(file.name, error.message), { bad: true });
    }
  }
  say(words.sent(files.length));
}
