/** The conformance suite of Facts: every promise in the port's comments, run on every adapter. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Change, Facts } from '../../runtime/ports-facts.ts';
import { accountsTests } from './facts-accounts.ts';
import { commitTests } from './facts-commit.ts';
import { listTests } from './facts-list.ts';
import { tellingTests } from './facts-telling.ts';

export type Opened = { facts: Facts; close(): Promise<void> };
/** `facts()` is new and empty for each test. */
export type World = { facts(): Facts };

export function factsSuite(name: string, open: () => Promise<Opened>): void {
  describe(`Facts: ${name}`, () => {
    let opened: Opened | null = null;
    const world: World = {
      facts() {
        assert.ok(opened);
        return opened.facts;
      },
    };
    beforeEach(async () => {
      await opened?.close();
      opened = await open();
    });
    after(async () => {
      await opened?.close();
    });
    before(() => {
      opened = null;
    });
    commitTests(world);
    listTests(world);
    tellingTests(world);
    accountsTests(world);
    it('answers a ping', async () => {
      await world.facts().ping();
    });
  });
}

/** Commits, and throws unless each change was. */
export async function commit(facts: Facts, ...changes: Change[]): Promise<void> {
  for (const answer of await facts.commit(changes)) assert.equal(answer.outcome, 'committed', JSON.stringify(answer));
}
