/** What becomes of a connection after its client was refused: it is read for a moment, then closed whether the client ends it or not. */
import { type Duplex, finished } from 'node:stream';
import type { RequestDeps } from '../context.ts';

/** Closes `socket` after `ms`, unless it ends before or `until` says that it is of use again. A socket lingers at most once. */
export type Linger = (socket: Duplex, ms: number, until?: (cancel: () => void) => void) => void;

/**
 * An answer that is followed by a close while bytes of the client are unread may be lost on its way (RFC 9112, 9.6), so a refused client
 * gets a moment to read. Neither its end nor its silence is waited for; and only `max_lingering` connections are kept so, since one client
 * could else hold all the files that this process may open.
 */
export function createLinger({ clock, limits }: Pick<RequestDeps, 'clock' | 'limits'>): Linger {
  const kept = new Set<Duplex>();
  return (socket, ms, until) => {
    if (kept.has(socket) || socket.destroyed) return;
    const destroy = () => socket.destroy(); // reset by its client: nobody is left to respond to
    socket.on('error', destroy);
    if (kept.size >= limits.max_lingering) {
      socket.end();
      finished(socket, { readable: false }, destroy);
      return;
    }
    kept.add(socket);
    socket.resume();
    const timer = clock.after(ms, destroy);
    const leave = () => {
      timer.cancel();
      kept.delete(socket);
      socket.off('close', leave).off('error', destroy);
    };
    socket.once('close', leave);
    until?.(leave);
  };
}
