/** An address on which the service can't listen, told with what to do about it. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Text } from '../contract/statuses.ts';

type Address = { host: string; port: number };

/** `code`: the system's. The words name the setting, and who holds the port where that can be seen. */
export class ListenError extends Error {
  override name = 'ListenError';
  readonly code: string;
  readonly words: Text;
  constructor(code: string, words: Text, cause: unknown) {
    super(`${words.en} (${code})`, { cause });
    this.code = code;
    this.words = { en: this.message, zh: `${words.zh}（${code}）` };
  }
}

/** What `listen` rejects with, in words; what is no fault of the address is thrown as it is. */
export async function listenError(error: unknown, { host, port }: Address): Promise<unknown> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === 'EADDRINUSE') return new ListenError(code, inUse(at, port, await holderOf(port)), error);
  if (code === 'EACCES') return new ListenError(code, notAllowed(at, port), error);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new ListenError(code, notOurs(at, host), error);
  return error;
}

type Holder = { pid: number; command: string };
const inUse = (at: string, port: number, holder: Holder | null): Text => ({
  en: `Port ${port} is in use${holder ? ` by ${holder.command} (process ${holder.pid})` : ''}, so the service cannot listen on ${at}. Stop what holds it, or set TUODI_LISTEN to another port, such as TUODI_LISTEN=127.0.0.1:${port === 65_535 ? port - 1 : port + 1}; with port 0 a free one is taken`,
  zh: `端口 ${port} 已被${holder ? ` ${holder.command}（进程 ${holder.pid}）` : '其他程序'}占用，服务无法监听 ${at}。请停止占用者，或将 TUODI_LISTEN 设为其他端口，例如 TUODI_LISTEN=127.0.0.1:${port === 65_535 ? port - 1 : port + 1}；端口 0 表示自动选用空闲端口`,
});
const notAllowed = (at: string, port: number): Text => ({
  en: `This user may not listen on ${at}: ports below 1024 are the system's. Set TUODI_LISTEN to a port from 1024 on${port < 1_024 ? ', and put a proxy in front for that one' : ''}`,
  zh: `当前用户无权监听 ${at}：1024 以下的端口由系统保留。请将 TUODI_LISTEN 设为 1024 及以上的端口${port < 1_024 ? '，并由前置代理提供该端口' : ''}`,
});
const notOurs = (at: string, host: string): Text => ({
  en: `${host} is no address of this machine, so the service cannot listen on ${at}. Set TUODI_LISTEN to one that it has, 127.0.0.1 for this machine alone, or 0.0.0.0 for all`,
  zh: `${host} 不是本机地址，服务无法监听 ${at}。请将 TUODI_LISTEN 设为本机的某个地址；127.0.0.1 仅限本机访问，0.0.0.0 为全部地址`,
});

/** Maximum processes that are looked at. */
const MAX_PROCESSES = 10_000;

/** Who listens on a port of this machine, as far as /proc of Linux shows it to this user; null: it does not. */
export async function holderOf(port: number): Promise<Holder | null> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')));
  const sockets = new Set(tables.flatMap((table) => listening(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes.slice(0, MAX_PROCESSES)) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []); // another user's, or it has ended
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      if (!sockets.has(target)) continue;
      const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return { pid: Number(pid), command: command.trim() || '?' };
    }
  }
  return null;
}

/** Inodes of the sockets that listen (state 0A) on this port: see proc_net_tcp of the kernel's documentation. */
const listening = (table: string, port: number): string[] =>
  table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
    .flatMap(([, , , , , , , , , inode]) => inode ?? []);
