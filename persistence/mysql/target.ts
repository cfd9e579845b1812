/** Where the database is: `mysql://user:password@host:3306/database`, with `?ssl=true`, or certificates of an authority, for TLS that is verified. */

import type { Credentials } from '../../runtime/health/credentials.ts';

/** `ca`: certificates (PEM) that the server's own is signed by; without it, those of Node. `credentials` are reported to at each connection. */
export type Target = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls: boolean;
  ca?: string | undefined;
  credentials?: Credentials;
};

const PORT = 3306;
const SCHEMES = ['mysql:', 'mariadb:'];

/** Throws when the address says too little, or something that we do not know. Its texts never have the password. */
export function targetOf(address: string, { ca, credentials }: Pick<Target, 'ca' | 'credentials'> = {}): Target {
  const url = new URL(address);
  const wrong = (what: string) => new Error(`the address of the database (mysql://user:password@host:3306/database) ${what}`);
  if (!SCHEMES.includes(url.protocol)) throw wrong(`begins with ${url.protocol}`);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (url.hostname === '') throw wrong('names no host');
  if (database === '' || database.includes('/')) throw wrong('names no database');
  for (const name of url.searchParams.keys()) if (name !== 'ssl') throw wrong(`has the parameter ${name}; only ssl is known`);
  const ssl = url.searchParams.get('ssl') ?? 'false';
  if (ssl !== 'true' && ssl !== 'false') throw wrong('has an ssl that is neither true nor false');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? PORT : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    tls: ssl === 'true' || ca !== undefined,
    ...(ca === undefined ? {} : { ca }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}
