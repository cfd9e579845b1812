/** The line that the demo shows of a passage. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortPassage } from '../../cli/demo.ts';

const plain = (text: string) => ({ text, match: false });
const match = (text: string) => ({ text, match: true });

test('a match far into a passage is shown', () => {
  const parts = [
    plain('came, and we mended forty-one bicycles, nine scooters and one very old '),
    match('wheelbarrow'),
    plain('.'),
  ];
  assert.equal(shortPassage(parts), '… and one very old [wheelbarrow].');
});

test('what stands before a near match stays, and what is too long is cut at its end', () => {
  assert.equal(shortPassage([plain('Cable '), match('Car'), plain(' ticket')]), 'Cable [Car] ticket');
  assert.match(shortPassage([match('停水'), plain('通知'.repeat(40))]), /^\[停水\](通知)+通?…$/);
  assert.equal(shortPassage([plain('no match')]), 'no match');
});
