/** What a person orders on a page: done, or its refusal is said at the foot; then the page is read again. */
import { whyOf } from '../api/refused.ts';
import { say } from './toast.ts';

/** Resolves, once the page is read again, with whether it was done. Throws what is a mistake of ours. */
export async function order(work: () => Promise<unknown>, readAgain: () => Promise<void>): Promise<boolean> {
  const done = await work().then(
    () => true,
    (error: unknown) => {
      say(whyOf(error), { bad: true });
      return false;
    },
  );
  await readAgain();
  return done;
}
