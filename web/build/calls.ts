/**
 * The table of routes as the browser needs it: name, method and path. Made at build, so that the app does not carry the schemas and the
 * texts of the whole API; its types are those of contract/client.ts.
 */
import type { Plugin } from 'vite';
import { ROUTES } from '../../contract/routes/table.ts';

const NAME = 'virtual:calls';
const RESOLVED = `\0${NAME}`;

export function calls(): Plugin {
  const rows = ROUTES.filter(({ auth }) => auth !== 'link' && auth !== 'token').map(({ name, method, path }) => [
    name,
    [method, path],
  ]);
  return {
    name: 'calls',
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load: (id) => (id === RESOLVED ? `export const CALLS = ${JSON.stringify(Object.fromEntries(rows))};` : null),
  };
}
