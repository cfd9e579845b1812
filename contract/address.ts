/** The address of a call, from the path of its route. Without schemas, so that a browser loads none for it. */

type Values = { params?: Record<string, string>; query?: Record<string, unknown> };

/** The path and query with these values: a list is a parameter that is repeated. Throws TypeError for a value that would make it another path. */
export function addressOf(path: string, { params = {}, query = {} }: Values): string {
  const filled = path.replace(/\{(\+?)(\w+)\}/g, (_, plus: string, name: string) => {
    const value = params[name] ?? '';
    if (value === '' || value === '.' || value === '..') throw new TypeError(`${name} of ${path} is missing`); // another path
    return plus ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, String(one));
  const text = search.toString();
  return text === '' ? filled : `${filled}?${text}`;
}
