/** The inside of a process that computes for us: it has nothing to clean up, and is ended by SIGKILL or by the end of its parent. */
import { lowerPriority } from '../../runtime/async/low-priority.ts';
import type { FirstReply } from './process.ts';

/** open: resolves to what answers, when it is ready. What that throws is said as `refused`. */
export type Inside<Request, Reply extends object> = {
  priority: number;
  open(): Promise<(request: Request) => Promise<Reply>>;
};

export async function serveParent<Request, Reply extends object>({ priority, open }: Inside<Request, Reply>): Promise<void> {
  lowerPriority(priority);
  // A stop from a terminal or a service manager reaches all processes of a group: what is under way is ended by the parent.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  const send = (reply: Reply | FirstReply | { refused: string }) => process.send?.(reply);
  try {
    const answer = await open();
    process.on('message', async (request: Request) => {
      try {
        send(await answer(request));
      } catch (error) {
        send({ refused: messageOf(error) });
      }
    });
    send({ ready: true });
  } catch (error) {
    send({ broken: messageOf(error) });
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
