/** Announcements within one process. */
import { EventEmitter } from 'node:events';
import type { Announcements } from '../../runtime/ports/announcements.ts';

export function memoryAnnouncements(): Announcements {
  const bell = new EventEmitter().setMaxListeners(0);
  return {
    async publish() {
      bell.emit('grown');
    },
    async listen(heard) {
      bell.on('grown', heard);
    },
    async close() {
      bell.removeAllListeners();
    },
  };
}
