/** For programs that tests start: none outlives the test that began it. */

/** This process ends once its parent closes standard input, as it does when it dies; the rest of the program may read from it as well. */
export function endWithParent(): void {
  process.stdin.resume();
  process.stdin.once('end', () => process.exit(0)).once('error', () => process.exit(0));
}
/** This process ends if the work throws, whatever holds it: on standard error it is said why. */
export async function orEnd<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
