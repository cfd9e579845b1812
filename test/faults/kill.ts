/** Kills a process at a boundary, and says what became of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ServiceOptions } from '../../app/create-service.ts';
import type { Ports } from '../../app/open-ports.ts';
import type { Status } from '../../contract/statuses.ts';
import { type Boundary, nameOf } from '../worlds/crashing.ts';
import { assertWhole, OPTIONS, openWorld, restIn, serviceOf } from './world.ts';

const VICTIM = fileURLToPath(new URL('./victim.js', import.meta.url));
export const LEAST_WAITING = 20;
export type Phase = 'taking in' | 'indexing' | 'purging';
/** What the restarted process is given; a mutant changes it. */
export type Restart = { ports?: (ports: Ports) => Ports; options?: Partial<ServiceOptions> };

/** Killed at the boundary with work waiting, started again: nothing lost, nothing stuck, nothing twice. Returns how many waited. */
export async function killAt(boundary: Boundary, phase: Phase, restart: Restart = {}): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-kill-'));
  try {
    const { waiting, created } = await victim(folder, phase, boundary);
    assert.ok(waiting >= LEAST_WAITING, `only ${waiting} were waiting ${nameOf(boundary)}`);
    await recovered(folder, created, phase === 'purging' ? ['DELETED', 'INDEXED'] : ['INDEXED'], restart);
    return waiting;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function victim(folder: string, phase: Phase, boundary: Boundary): Promise<{ waiting: number; created: string[] }> {
  const child = spawn(process.execPath, [VICTIM, folder, phase, JSON.stringify(boundary)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [reported, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const lines: { created?: string; waiting?: number }[] = reported
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const hit = lines.find(({ waiting }) => waiting !== undefined);
  assert.ok(hit?.waiting !== undefined, `never hit: ${nameOf(boundary)}`);
  assert.equal(signal, 'SIGKILL');
  return { waiting: hit.waiting, created: lines.flatMap(({ created }) => created ?? []) };
}

async function recovered(
  folder: string,
  created: string[],
  statuses: Status[],
  { ports: changed = (same) => same, options = {} }: Restart,
) {
  const plain = await openWorld(folder);
  const service = serviceOf(changed(plain), { ...OPTIONS, ...options });
  try {
    await service.start();
    await assertWhole(plain, await restIn(plain, created, statuses));
  } finally {
    await service.stop();
    await plain.close();
  }
}
