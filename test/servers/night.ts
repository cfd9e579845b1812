/**
 * The operator's night: each server in turn refuses, is silent, is emptied, or is full. What the probes, the summary, `tuodi status` and
 * the log say within ten seconds, and how long after its return all is at rest, is written as a table to docs/operations-night.md.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { MAIN, type Process, startProcess } from './processes.ts';
import { type TcpBetween, tcpBetween } from './tcp-between.ts';

const SEEN_MS = 10_000;
const REST_LIMIT_MS = 180_000;
/** A case begins when all has been at rest for so long. */
const CALM_MS = 3_000;

const Ready = z.object({ ready: z.boolean(), degraded: z.array(z.object({ name: z.string() })) });
const Summary = z.object({
  view: z.string(),
  parts: z.array(z.object({ part: z.string(), state: z.string(), code: z.string().nullable() })),
});
type Server = 'MySQL' | 'Redis' | 'Elasticsearch' | 'S3';
type Row = { server: Server; fault: string; readyz: string; summary: string; status: string; log: string; rest: string };

const VARIABLES: Record<Server, string> = {
  MySQL: 'TUODI_DATABASE_URL',
  Redis: 'TUODI_REDIS_URL',
  Elasticsearch: 'TUODI_ELASTICSEARCH_URL',
  S3: 'TUODI_S3_ENDPOINT',
};
type Fault = { name: string; begin(): Promise<unknown> | unknown; end(): Promise<unknown> | unknown };

const place = await freshServers(2);
const between = Object.fromEntries(
  await Promise.all(
    Object.entries(VARIABLES).map(async ([name, variable]) => [name, await tcpBetween(place.env[variable] ?? '')]),
  ),
) as Record<Server, TcpBetween>;
const lines: { event?: string; part?: string }[] = [];
const proxied = Object.fromEntries(Object.entries(VARIABLES).map(([name, variable]) => [variable, between[name as Server].url]));
const env = { ...place.env, ...proxied, TUODI_LOG_LEVEL: 'info' };
const service = await startProcess(MAIN, ['--json', 'serve'], env, (line) => {
  try {
    lines.push(JSON.parse(line));
  } catch {
    // a line of another program
  }
});
const headers = { authorization: `Bearer ${service.reported.api_key}` };
const asked = async (path: string, init: RequestInit = {}) => {
  const began = performance.now();
  const response = await fetch(`${service.reported.url}${path}`, { headers, signal: AbortSignal.timeout(SEEN_MS), ...init });
  return { status: response.status, body: await response.json(), ms: Math.round(performance.now() - began) };
};
const failed = (error: unknown) => ({ status: 0, body: {}, ms: 0, error });

function faultsOf(server: Server): Fault[] {
  const proxy = between[server];
  const cut: Fault[] = [
    { name: 'refused', begin: proxy.refuse, end: proxy.through },
    { name: 'silent', begin: proxy.silence, end: proxy.through },
  ];
  return [...cut, ...(MORE[server] ?? [])];
}
const redis = new Redis(place.env.TUODI_REDIS_URL ?? '');
const elastic = (method: string, path: string, body?: object) =>
  fetch(`${place.env.TUODI_ELASTICSEARCH_URL}/${place.env.TUODI_ELASTICSEARCH_ALIAS}${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  });
const indexes = async () => Object.keys(z.record(z.string(), z.unknown()).parse(await (await elastic('GET', '')).json()));
const MORE: Partial<Record<Server, Fault[]>> = {
  Redis: [
    { name: 'emptied', begin: () => redis.flushdb(), end: () => undefined },
    { name: 'full', begin: () => redis.config('SET', 'maxmemory', '1'), end: () => redis.config('SET', 'maxmemory', '0') },
  ],
  Elasticsearch: [
    {
      name: 'emptied',
      begin: async () => {
        for (const index of await indexes()) await fetch(`${place.env.TUODI_ELASTICSEARCH_URL}/${index}`, { method: 'DELETE' });
      },
      end: () => undefined,
    },
    {
      name: 'full',
      begin: () => elastic('PUT', '/_settings', { 'index.blocks.read_only_allow_delete': true }),
      end: () => elastic('PUT', '/_settings', { 'index.blocks.read_only_allow_delete': null }),
    },
  ],
};

const atRest = async (): Promise<boolean> => {
  const ready = await asked('/readyz').catch(failed);
  const counts = await asked('/v1/resources/counts').catch(failed);
  const body = Ready.safeParse(ready.body).data;
  const { by_phase } = z.object({ by_phase: z.record(z.string(), z.number()).default({}) }).parse(counts.body);
  return ready.status === 200 && body?.degraded.length === 0 && counts.status === 200 && !by_phase.working && !by_phase.uploading;
};
async function calm(): Promise<void> {
  let since: number | null = null;
  await until(
    'all is at rest',
    async () => {
      since = (await atRest()) ? (since ?? performance.now()) : null;
      return since !== null && performance.now() - since > CALM_MS;
    },
    REST_LIMIT_MS,
  );
}
const run = promisify(execFile);
const statusSays = async (): Promise<string> => {
  const variables = {
    ...process.env,
    LANG: 'C',
    TUODI_URL: String(service.reported.url),
    TUODI_API_KEY: String(service.reported.api_key),
  };
  const { stdout, stderr } = await run(process.execPath, [MAIN, 'status'], { env: variables, timeout: 30_000 }).catch(
    (error: { stdout?: string; stderr?: string }) => ({ stdout: error.stdout ?? '', stderr: error.stderr ?? '' }),
  );
  const [behind = '', ...rest] = (stdout || stderr).split('\n').filter(Boolean);
  return [
    behind,
    ...rest.filter((line) => /^ {2}\S|^Parts: all/.test(line)).map((line) => line.replace(/ since .*? UTC/, '').trim()),
  ].join('; ');
};

async function observed(server: Server, { name, begin, end }: Fault): Promise<Row> {
  await calm();
  lines.length = 0;
  const began = performance.now();
  await begin();
  let seen_ms: number | null = null;
  let slowest = 0;
  let [readyz, summary] = ['', ''];
  while (performance.now() - began < SEEN_MS) {
    const [ready, all] = await Promise.all([asked('/readyz').catch(failed), asked('/v1/ops/summary').catch(failed)]);
    slowest = Math.max(slowest, ready.ms);
    const names = (Ready.safeParse(ready.body).data?.degraded ?? []).map((one) => one.name);
    if (names.length > 0 || ready.status !== 200) seen_ms ??= performance.now() - began;
    readyz = `${ready.status}${names.length > 0 ? ` ${names.join(', ')}` : ''}`;
    const parsed = Summary.safeParse(all.body).data;
    const faulty =
      parsed?.parts.filter(({ state }) => state !== 'ok').map(({ part, state, code }) => `${part} ${state} (${code})`) ?? [];
    summary = `${all.status}${parsed?.view === 'own' ? ', own view' : ''}${faulty.length > 0 ? `: ${faulty.join(', ')}` : ''}`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const status = await statusSays();
  const log = [
    ...new Set(
      lines.flatMap(({ event, part }) =>
        event && /^(part|step|redis|condition|sweep)\./.test(event) ? [part ? `${event} ${part}` : event] : [],
      ),
    ),
  ];
  await end();
  const back = performance.now();
  await until('all is at rest', atRest, REST_LIMIT_MS);
  const rest_s = ((performance.now() - back) / 1_000).toFixed(1);
  const found = seen_ms === null ? '' : `; seen after ${(seen_ms / 1_000).toFixed(1)} s`;
  return {
    server,
    fault: name,
    readyz: `${readyz}${found}; slowest answer ${slowest} ms`,
    summary,
    status,
    log: log.slice(0, 8).join(', '),
    rest: `${rest_s} s`,
  };
}

const rows: Row[] = [];
for (const server of Object.keys(VARIABLES) as Server[])
  for (const fault of faultsOf(server)) {
    const row = await observed(server, fault);
    rows.push(row);
    console.log(`${row.server} ${row.fault}: ${row.readyz}; at rest after ${row.rest}`);
    await write();
  }
await stop(service);

async function stop(running: Process): Promise<void> {
  await running.stop();
  redis.disconnect();
  await Promise.all(Object.values(between).map((proxy) => proxy.close()));
  await place.drop();
}

async function write(): Promise<void> {
  const cell = (text: string) => text.replaceAll('|', '\\|') || '–';
  const [cpu] = cpus();
  const made = new Date().toISOString().slice(0, 10);
  const machine = `${type()} ${release()}, ${cpus().length} processors (${cpu?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${made}`;
  const table = rows.map(
    (row) => `| ${[row.server, row.fault, row.readyz, row.summary, row.status, row.log, row.rest].map(cell).join(' | ')} |`,
  );
  await writeFile(
    'docs/operations-night.md',
    `# The operator's night

<!-- Made by \`npm run suite -- night\`: run it, do not edit this. -->

Each server in turn refuses connections, is silent (connections stay, no byte comes), is emptied, or is full, beside a service that has no work at that moment. What is said within ten seconds, and how long after the server's return all is at rest: no part degraded. A server that takes no writes, and one that was emptied, is noticed by the work that meets it, or by the next comparison: without work nothing is said within ten seconds. One process with the API and all steps, beside MariaDB, Redis, Elasticsearch and S3Proxy. A full database or S3 store is not tried here, nor an emptied one: what they hold is the truth.

${machine}.

| server | what happens | \`/readyz\` | \`/v1/ops/summary\` | \`tuodi status\` | the log | at rest after its return |
|---|---|---|---|---|---|---|
${table.join('\n')}
`,
  );
}
