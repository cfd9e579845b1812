/** From where a request comes: the peer of its connection, or what proxies that are trusted say of it. */
import type { IncomingMessage } from 'node:http';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import proxyaddr from 'proxy-addr';

/** Of `X-Forwarded-For`: a longer one is of nobody's proxies. 16 addresses of IPv6 fit. */
const MAX_FORWARDED_CHARS = 800;

/**
 * `trusted`: addresses and networks of proxies (also `loopback`, `linklocal`, `uniquelocal`). Only what a trusted one says is believed, so
 * the last address in `X-Forwarded-For` that is none of theirs is the client's; who is no trusted proxy can write what he likes there.
 */
export function clientAddress(trusted: readonly string[]): (req: IncomingMessage) => string {
  const isTrusted = proxyaddr.compile([...trusted]);
  return (req) => {
    const peer = plain(req.socket.remoteAddress ?? '');
    if (trusted.length === 0 || String(req.headers['x-forwarded-for'] ?? '').length > MAX_FORWARDED_CHARS) return peer;
    const forwarded = plain(proxyaddr(req, isTrusted));
    return isIP(forwarded) === 0 ? peer : forwarded;
  };
}

/** Of a connection alone, where there is no request. */
export const peerOf = (socket: Duplex): string => (socket instanceof Socket ? plain(socket.remoteAddress ?? '') : '');

/** IPv4 in IPv6, as a socket on both shows it, is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
