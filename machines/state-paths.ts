/** The paths of the innermost active states of a value of XState, such as `resource.pipeline.indexing.INDEXED`: one a region. */
export function statePaths(machine: string, value: unknown): string[] {
  const inside = (at: unknown, path: string): string[] => {
    if (typeof at === 'string') return [`${path}.${at}`];
    if (typeof at !== 'object' || at === null) return [path];
    const entries = Object.entries(at);
    return entries.length === 0 ? [path] : entries.flatMap(([name, inner]) => inside(inner, `${path}.${name}`));
  };
  return inside(value, machine);
}
