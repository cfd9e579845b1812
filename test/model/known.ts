/** A value that must be there, or the model itself is wrong. */
export function known<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the model lacks ${what}`);
  return value;
}
