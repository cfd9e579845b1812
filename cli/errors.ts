/** Wrong usage that the parser of the command line can't see: ends with 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
