/** Servers that answer just what `doctor` asks of them, as a test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { MADE_WITH, mappings } from '../../persistence/elasticsearch/mapping.ts';

type Said = { status?: number; body?: unknown; headers?: Record<string, string> };

/** `answer`: to the method and the address of a request. Returns the base URL. */
export async function told(t: TestContext, answer: (call: string, request: IncomingMessage) => Said): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const { status = 200, body = '', headers = {} } = answer(`${request.method} ${request.url}`, request);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'application/xml' : 'application/json';
    response.writeHead(status, { 'content-type': type, 'x-elastic-product': 'Elasticsearch', ...headers });
    response.end(request.method === 'HEAD' ? undefined : text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export type ElasticState = {
  version?: string;
  served?: string[];
  health?: string;
  lacks?: string[];
  analyser?: number;
  denied?: string[];
  skew_ms?: number;
};

export function elastic(t: TestContext, now: number, state: ElasticState = {}): Promise<string> {
  const { version = '9.1.0', served = ['tuodi-index-first'], health = 'green', lacks = [], denied = [], skew_ms = 0 } = state;
  const { properties = {}, _meta } = mappings();
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => !lacks.includes(name)));
  const meta = state.analyser === undefined ? _meta : { ...MADE_WITH, analyser: state.analyser };
  const by_index = (value: unknown) => Object.fromEntries(served.map((name) => [name, value]));
  const allowed = Object.fromEntries(
    ['create_index', 'delete_index', 'manage', 'read', 'view_index_metadata', 'write'].map((name) => [
      name,
      !denied.includes(name),
    ]),
  );
  const answers: Record<string, Said> = {
    'GET /_nodes/_local': { body: { nodes: { one: { version } } } },
    'GET /_cluster/health': { body: { status: health } },
    'HEAD /_alias/tuodi': { status: served.length === 0 ? 404 : 200 },
    'GET /_alias/tuodi': { body: by_index({ aliases: { tuodi: {} } }) },
    'GET /tuodi/_mapping': { body: by_index({ mappings: { properties: kept, _meta: meta } }) },
    'POST /_security/user/_has_privileges': { body: { index: { tuodi: allowed } } },
  };
  return told(t, (call) => {
    const said = answers[call.split('?')[0] ?? ''] ?? { status: 404, body: {} };
    return { ...said, headers: { date: new Date(now + skew_ms).toUTCString() } };
  });
}

export type BucketState = { head?: number; put?: number; is_public?: boolean; cors?: { origin: string; methods: string[] }[] };

export function bucket(t: TestContext, state: BucketState = {}): Promise<string> {
  const { head = 200, put = 200, is_public = false, cors = [] } = state;
  const rules = cors.map(
    ({ origin, methods }) =>
      `<CORSRule><AllowedOrigin>${origin}</AllowedOrigin>${methods.map((name) => `<AllowedMethod>${name}</AllowedMethod>`).join('')}</CORSRule>`,
  );
  return told(t, (call) => {
    if (call.startsWith('HEAD ')) return { status: head };
    if (call.startsWith('PUT ')) return { status: put, body: put === 200 ? '' : '<Error><Code>AccessDenied</Code></Error>' };
    if (/\?policyStatus/.test(call)) return { body: `<PolicyStatus><IsPublic>${is_public}</IsPublic></PolicyStatus>` };
    if (/\?cors/.test(call) && rules.length === 0)
      return { status: 404, body: '<Error><Code>NoSuchCORSConfiguration</Code></Error>' };
    if (/\?cors/.test(call)) return { body: `<CORSConfiguration>${rules.join('')}</CORSConfiguration>` };
    if (/list-type=2/.test(call)) return { body: '<ListBucketResult></ListBucketResult>' };
    return call.startsWith('DELETE ') ? { status: 204 } : { body: 'tuodi doctor' };
  });
}
