/** The conformance suite of Facts: every promise in the port's comments, run on every adapter. */
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import type { Facts } from '../../runtime/ports/facts.ts';
import { accountsTests } from './facts-accounts.ts';
import { commitTests } from './facts-commit.ts';
import { groupTests } from './facts-groups.ts';
import { libraryTests } from './facts-library.ts';
import { listTests } from './facts-list.ts';
import { overviewTests } from './facts-overview.ts';
import type { World } from './facts-rows.ts';
import { sameBytesTests } from './facts-same-bytes.ts';
import { sessionsTests } from './facts-sessions.ts';
import { severalTests } from './facts-several.ts';
import { sharedWorkTests } from './facts-shared-work.ts';
import { tellingTests } from './facts-telling.ts';
import { textsTests } from './facts-texts.ts';
import { usageTests } from './facts-usage.ts';
import { versionTests } from './facts-versions.ts';

type Opened = { facts: Facts; close(): Promise<void> };

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
      opened = null;
      opened = await open();
    });
    after(async () => {
      await opened?.close();
    });
    commitTests(world);
    listTests(world);
    overviewTests(world);
    libraryTests(world);
    groupTests(world);
    textsTests(world);
    tellingTests(world);
    accountsTests(world);
    sessionsTests(world);
    severalTests(world);
    versionTests(world);
    usageTests(world);
    sameBytesTests(world);
    sharedWorkTests(world);
    it('answers a ping', async () => {
      await world.facts().ping();
    });
  });
}
