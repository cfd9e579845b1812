/** How a test finds the servers that `npm run suite -- servers` has started. */

/** The variable's value. A test without its server fails, it is not skipped. */
export function env(name: `TUODI_TEST_${string}`): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run \`npm run suite -- servers\`, or \`npm run servers\` and set what it prints`);
  return value;
}
