/** The service in a process of its own, and a client that sends it files as a person's program would. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Limits } from './limits.ts';
import type { Measured, Notified } from './service.ts';

const SCRIPT = fileURLToPath(new URL('./service.js', import.meta.url));

const Problem = z.object({ code: z.string() });
const Resource = z.object({
  resource_id: z.string(),
  status: z.string(),
  phase: z.string(),
  content_type: z.string(),
  width: z.number().nullish(),
  height: z.number().nullish(),
  page_count: z.number().nullable(),
  failure: z.object({ step: z.string(), code: z.string(), detail: z.string(), attempts: z.number() }).nullable(),
});
export type Resource = z.infer<typeof Resource>;
export type Sent = { http: number; code: string } | { http: 201; resource: Resource };

export type World = {
  /** What the store has, below its folder. */
  objects(): Promise<string[]>;
  send(file: { filename: string; type: string; bytes: Uint8Array }): Promise<Sent>;
  get(route: string): Promise<unknown>;
  resource(resource_id: string): Promise<Resource>;
  purge(resource_id: string): Promise<void>;
  measure(): Promise<Measured>;
  /** True until the process has ended by itself. */
  lives(): boolean;
  stop(): Promise<void>;
};

export async function openWorld(limits: Limits): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-poison-'));
  const child = fork(SCRIPT, [folder, JSON.stringify(limits)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const first = await notified(child);
  if (!('listening' in first)) throw new Error('it measured before it listened');
  const { url, key } = first.listening;
  const authorization = { authorization: `Bearer ${key}` };

  const call = async (method: string, route: string, body?: FormData): Promise<{ http: number; json: unknown }> => {
    const answer = await fetch(url + route, { method, headers: authorization, ...(body ? { body } : {}) });
    const text = await answer.text();
    return { http: answer.status, json: text === '' ? null : JSON.parse(text) };
  };
  const get = async (route: string) => (await call('GET', route)).json;
  return {
    objects: async () => {
      const entries = await readdir(path.join(folder, 'objects'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    },
    async send({ filename, type, bytes }) {
      const form = new FormData();
      form.set('on_duplicate', 'keep');
      form.set('file', new Blob([Buffer.from(bytes)], { type }), filename);
      const { http, json } = await call('POST', '/v1/resources', form);
      if (http !== 201) return { http, code: Problem.parse(json).code };
      return { http, resource: z.object({ resource: Resource }).parse(json).resource };
    },
    get,
    resource: async (resource_id) => Resource.parse(await get(`/v1/resources/${resource_id}`)),
    purge: async (resource_id) => void (await call('DELETE', `/v1/resources/${resource_id}?purge=true`)),
    async measure() {
      child.send('measure');
      const answer = await notified(child);
      if (!('measured' in answer)) throw new Error('it did not measure');
      return answer.measured;
    },
    lives: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The next that the process says; rejects when it ends instead. */
function notified(child: ChildProcess): Promise<Notified> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the service ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Notified); // our own process
    });
  });
}
