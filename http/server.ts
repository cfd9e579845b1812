/** The HTTP server: its life, its limits, and what becomes of input that is no request. */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import Koa from 'koa';
import { byteBudget } from './access/byte-budget.ts';
import { peerOf } from './access/client-address.ts';
import { createFairUse, tooMany } from './access/fair-use.ts';
import { createKnownKeys, type KnownKeys } from './access/known-keys.ts';
import type { HttpDeps, RequestDeps, State } from './context.ts';
import { allowOrigins, checkUrl, requestContext } from './middleware/request-context.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { createLinger } from './problems/linger.ts';
import { isReset, noTunnel, parserProblem, respondPlain, respondRaw } from './problems/raw-response.ts';
import { respondToErrors } from './problems/to-response.ts';
import { route } from './router.ts';

export interface HttpServer {
  /** Port 0 takes a free one. Rejects when it can't listen. */
  listen(host: string, port: number): Promise<{ port: number }>;
  /** A key that is known while the database is away: see known-keys.ts. */
  remember: KnownKeys['remember'];
  /** Takes no new connections, answers long waits at once, lets the rest end for at most `grace_ms`, then cuts them off. */
  stop(grace_ms: number): Promise<void>;
  /** Open connections, idle ones and refused ones among them. */
  connections(): Promise<number>;
}

export function createHttpServer(given: HttpDeps): HttpServer {
  const { clock, limits } = given;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // one for each request that waits
  const unverified = byteBudget(limits.max_unverified_bytes);
  const known_keys = createKnownKeys(given);
  const server = listening({ ...given, known_keys, stopping: stop.signal, unverified, fair: createFairUse(given) });
  return {
    remember: known_keys.remember,
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog: limits.backlog }, () => {
          server.off('error', reject);
          const address = server.address();
          resolve({ port: typeof address === 'object' && address ? address.port : port });
        });
      }),
    stop: async (grace_ms) => {
      stop.abort();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = clock.after(grace_ms, () => server.closeAllConnections());
      await closed;
      timer.cancel();
    },
    connections: () =>
      new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
  };
}

function listening(deps: RequestDeps): Server {
  const { clock, limits, log, stopping } = deps;
  const linger = createLinger(deps);
  const handle = application(deps).callback();
  /** The answer that is under way on a socket. */
  const answering = new WeakMap<Duplex, ServerResponse>();
  /** Requests of a connection that are not answered yet; and connections that had too many. */
  const pipelined = new WeakMap<Duplex, number>();
  const overrun = new WeakSet<Duplex>();
  const take = (req: IncomingMessage, res: ServerResponse) => {
    const before = pipelined.get(req.socket) ?? 0;
    if (overrun.has(req.socket)) return; // closed after the answer to the one that was too many
    pipelined.set(req.socket, before + 1);
    if (before >= limits.max_pipelined) {
      overrun.add(req.socket);
      respondPlain(res, tooMany('TOO_MANY_UNDER_WAY', limits.retry_after_s), clock.randomUuid());
      return;
    }
    answering.set(req.socket, res);
    res.once('finish', () => {
      if (req.complete || req.destroyed) return;
      req.resume(); // a refused body is read and thrown away, so that the client comes to read our answer; not for long
      linger(req.socket, limits.linger_ms, (cancel) => req.once('close', cancel));
    });
    res.once('close', () => {
      pipelined.set(req.socket, (pipelined.get(req.socket) ?? 1) - 1);
      if (answering.get(req.socket) === res) answering.delete(req.socket);
      if (stopping.aborted) server.closeIdleConnections();
    });
    void handle(req, res);
  };
  const server = createServer(
    {
      maxHeaderSize: limits.max_header_bytes,
      headersTimeout: limits.headers_timeout_ms,
      requestTimeout: limits.request_timeout_ms,
      keepAliveTimeout: limits.keep_alive_ms,
      connectionsCheckingInterval: limits.timeout_check_ms,
      requireHostHeader: false, // Node's own refusal is no problem document; see `checked`
    },
    take,
  );
  server.timeout = limits.idle_timeout_ms;
  server.maxConnections = limits.max_connections;
  server.on('checkExpectation', take); // an expectation that we don't know is no reason to refuse (RFC 9110, 10.1.1)
  server.on('connect', (_req, socket) => {
    respondRaw(socket, noTunnel(), { request_id: clock.randomUuid(), busy: false });
    linger(socket, limits.refused_linger_ms);
  });
  server.on('clientError', (error, socket) => {
    const problem = parserProblem(error);
    const request_id = clock.randomUuid();
    if (!problem || socket.destroyed) {
      socket.destroy(); // its client left, or a response failed and closed it: nobody sent anything malformed
      return;
    }
    // Not the error itself: it holds what was sent, keys too.
    const line = {
      event: 'request.malformed',
      request_id,
      address: peerOf(socket),
      reason: error.message,
      status: problem.status,
    };
    log.info(line, 'rejected a malformed request');
    respondRaw(socket, problem, { request_id, busy: answering.get(socket)?.headersSent === true });
    linger(socket, limits.refused_linger_ms);
  });
  return server;
}

function application(deps: RequestDeps): Koa<State> {
  const app = new Koa<State>();
  app.on('error', (error: unknown, ctx?: Koa.ParameterizedContext<State>) => logSendError(deps, error, ctx));
  const first = [requestContext, securityHeaders, allowOrigins, respondToErrors, checkUrl];
  for (const middleware of first) app.use(middleware(deps));
  route(app, deps);
  return app;
}

/** Logs a response that could not be sent whole: a warning, but debug where the client closed the connection, which it may. */
function logSendError({ log }: RequestDeps, err: unknown, ctx?: Koa.ParameterizedContext<State>): void {
  const line = { err, request_id: ctx?.state.request_id, method: ctx?.method, path: ctx?.req.url?.split('?')[0] };
  if (hasClientLeft(err, ctx))
    log.debug({ event: 'response.client_left', ...line }, 'the client left before the response was sent');
  else log.warn({ event: 'response.failed', ...line }, 'could not send a response');
}

/** Whether the client closed its connection. A store's reset connection ends the response too, but as an error of its body. */
const hasClientLeft = (error: unknown, ctx?: Koa.ParameterizedContext<State>): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    (isReset(error) && !(ctx?.body instanceof Readable && ctx.body.errored === error)));
