declare module 'virtual:calls' {
  /** Made by build/calls.ts of the table of routes: method and path by name. */
  export const CALLS: Readonly<Record<string, readonly [method: string, path: string]>>;
}
declare module '*.svg' {
  const address: string;
  export default address;
}
declare module '*.css' {}
interface ImportMeta {
  /** Vite: the addresses of the files that match. */
  glob<Value>(pattern: string, options: { query: '?url'; import: 'default'; eager: true }): Record<string, Value>;
}
