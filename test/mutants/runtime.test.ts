/** The tests of the runtime can fail: the same ones, with one safeguard taken away. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ports } from '../../app/open-ports.ts';
import type { Inbound, Instance } from '../../machines/interpreter.ts';
import { resourceLifecycle } from '../../services/lifecycles.ts';
import { killAt } from '../faults/kill.ts';
import { lateSave } from '../faults/late.ts';
import { OPTIONS } from '../faults/world.ts';

/** A sweep that never finds anything to do: no instance is due, and all tasks seem to be there. */
const sweepOff = (ports: Ports): Ports => ({
  ...ports,
  facts: {
    ...ports.facts,
    instances: { ...ports.facts.instances, claimDue: async () => [], withJobs: async () => [] },
  },
});

/** Believes everyone: whatever token a result brings, it is taken for the one that is wanted. */
function tokensOff() {
  const lifecycle = resourceLifecycle(OPTIONS.resource_limits);
  const { kernel } = lifecycle;
  const forged = (instance: Instance, inbound: Inbound): Inbound => {
    if (inbound.kind === 'event') return inbound;
    const live = (inbound.kind === 'timer' ? instance.timers : instance.jobs)[inbound.id]?.token;
    return live ? { ...inbound, token: live } : inbound;
  };
  const step: typeof kernel.step = (instance, inbound, given) => kernel.step(instance, forged(instance, inbound), given);
  return { ...lifecycle, kernel: { ...kernel, step } };
}

describe('the runtime with one safeguard taken away goes red', () => {
  test('the sweep off: a killed process leaves its pictures stuck', async () => {
    const red = killAt({ call: 'facts.commit', when: 'after', of: 'done ocr' }, 'indexing', { ports: sweepOff });
    await assert.rejects(red, /stuck/);
  });
  test('the token check off: a late result is believed', async () => {
    await assert.rejects(lateSave({ lifecycle: tokensOff() }));
  });
});
