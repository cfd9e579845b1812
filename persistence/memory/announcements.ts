/** Announcements within one process. */
import { EventEmitter } from 'node:events';
import type { Announcements } from '../../runtime/ports/announcements.ts';

export function memoryAnnouncements(): Announcements {
  const bell = new EventEmitter().setMaxListeners(0);
  return {
    async publish() {
      bell.emit('grown');
    },
    async listen(listener) {
      bell.on('grown', listener);
    },
    async close() {
      bell.removeAllListeners();
    },
  };
}
