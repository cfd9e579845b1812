/**
 * Sends hostile requests at a rate, whatever becomes of them, from some addresses of the loopback. A process of its own: it is told by its
 * argument what to do, and prints what it was answered, kind by kind, and what it took of the processor itself.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOSTILE_KINDS, type HostileKind, Job, type Report } from './hostile-job.ts';
import { PIPELINED, type Raw, requestOf, searches } from './hostile-kinds.ts';

/** How long an answer is waited for; a connection that only costs is held so long. */
const HOLD_MS = 15_000;
/** The last of these answers may still come after the last request. */
const REST_MS = 2_000;
/** The good user has the first of them. */
const ADDRESSES = 8;

const { port, per_second, seconds, kinds: wanted, keys } = Job.parse(JSON.parse(process.argv[2] ?? ''));
const kinds: Report['kinds'] = { json: {}, callbacks: {}, searches: {}, connections: {}, documents: {}, 'links and forms': {} };
const open = new Set<Socket>();

function count(kind: HostileKind, what: string, more = 1): void {
  const counts = kinds[kind];
  counts[what] = (counts[what] ?? 0) + more;
}

function connected(kind: HostileKind, n: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${1 + (n % ADDRESSES)}` });
  open.add(socket);
  let failed = false;
  socket.on('error', () => {
    failed = true;
  });
  socket.once('close', () => {
    open.delete(socket);
    if (failed && socket.bytesRead === 0) count(kind, 'connection errors');
  });
  socket.setTimeout(HOLD_MS, () => socket.destroy());
  return socket;
}

/** Counts the answers, by the line that each begins with, and ends the connection after the last of them. */
function send(kind: HostileKind, n: number, { head, body }: Raw, answers: number): void {
  const socket = connected(kind, n);
  let left = answers;
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    for (const [, status = ''] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      count(kind, status);
      left -= 1;
      if (left === 0) socket.destroy();
    }
  });
  socket.write(head, 'latin1');
  if (body) socket.write(body);
}

/** Half are no request, and never end their side; half send their headers one by one, and none ever comes to an end. */
async function hold(n: number): Promise<void> {
  const socket = connected('connections', n);
  socket.on('data', (data) => count('connections', /^HTTP\/1\.1 (\d{3}) /.exec(data.toString('latin1'))?.[1] ?? 'other'));
  if (n % 2 === 0) {
    socket.write('GET / HTTP/1.1\r\nhost: a\r\nhost : b\r\n\r\n');
    return;
  }
  socket.write('GET /v1/resources HTTP/1.1\r\nhost: a\r\n');
  while (!socket.destroyed) {
    await sleep(1_000);
    if (!socket.destroyed) socket.write('x-more: a\r\n');
  }
}

function one(n: number): number {
  const kind = HOSTILE_KINDS[n % HOSTILE_KINDS.length] ?? 'json';
  const turn = Math.floor(n / HOSTILE_KINDS.length);
  const key = keys[kind] ?? '';
  if (kind === 'searches') {
    if (turn % PIPELINED !== 0) return 0; // they were sent together with the first of them
    send(kind, turn, searches(key), PIPELINED);
    return PIPELINED;
  }
  if (kind === 'connections') void hold(turn);
  else send(kind, turn, requestOf(kind, key, turn), 1);
  return 1;
}

process.send?.('ready'); // bodies are made by now
const cpu = process.cpuUsage();
const began = performance.now();
let sent = 0;
for (let n = 0; n < per_second * seconds; n++) {
  await sleep(Math.max(0, began + (n * 1_000) / per_second - performance.now()));
  const kind = HOSTILE_KINDS[n % HOSTILE_KINDS.length] ?? 'json';
  if (!wanted.includes(kind)) continue;
  const more = one(n);
  sent += more;
  count(kind, 'sent', more);
}
const took_s = (performance.now() - began) / 1_000;
await sleep(REST_MS);
const { user, system } = process.cpuUsage(cpu);
process.send?.({ sent, cpu_ms: (user + system) / 1_000, seconds: took_s, kinds } satisfies Report, () => {
  for (const socket of open) socket.destroy();
  process.disconnect();
  process.exit();
});
