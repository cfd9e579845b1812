/** Adding pictures, over any page: the sheet while it is open, the small tray while something is under way. */
import { useSelector } from '@xstate/store-react';
import { useEffect } from 'react';
import '../styles/add/index.css';
import { session } from '../stores/session.ts';
import { tray } from '../stores/tray.ts';
import { add, startQueue } from './queue.ts';
import { sampleFiles } from './samples.ts';
import { Sheet } from './sheet.tsx';
import { SmallTray } from './small-tray.tsx';
import { uploads } from './uploads.ts';

export default function Add() {
  const { open, files, samples } = useSelector(tray, ({ context }) => context);
  const user = useSelector(session, ({ context }) => context.me?.user.user_id ?? '');
  const any = useSelector(uploads, ({ context }) => context.views.size > 0);
  useEffect(() => startQueue(user), [user]);
  useEffect(() => {
    if (files.length === 0 && !samples) return;
    tray.trigger.taken();
    if (files.length > 0) void add(files, user);
    if (samples) void sampleFiles().then((some) => add(some, user));
  }, [files, samples, user]);
  if (open) return <Sheet />;
  return any ? <SmallTray /> : null;
}
