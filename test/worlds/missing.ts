/** A port of which a test needs only some methods: using another one fails the test with its name. */
export function only<Port extends object>(name: string, given: Partial<NoInfer<Port>>): Port {
  const get = (target: object, method: string | symbol): unknown => {
    if (Reflect.has(target, method)) return Reflect.get(target, method);
    return () => {
      throw new Error(`${name}.${String(method)} is not there in this test`);
    };
  };
  return new Proxy(given, { get }) as Port; // any other method throws
}
