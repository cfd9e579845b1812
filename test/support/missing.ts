/** A port, or a part of one, that a test does not need: using it fails the test with its name. */
export function missing<Port extends object>(name: string): Port {
  const refuse = (_: object, method: string | symbol) => () => {
    throw new Error(`${name}.${String(method)} is not there in this test`);
  };
  return new Proxy({}, { get: refuse }) as Port; // every method of any port
}
