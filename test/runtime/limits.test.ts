/** Limits of time lie within one another: a call to a server ends before the run that makes it, a run before the deadline of its job. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { CALL_LIMIT_MS } from '../../persistence/elasticsearch/client.ts';
import { STATEMENT_LIMIT_MS } from '../../persistence/mysql/connection.ts';
import { S3_LIMITS } from '../../persistence/s3/limits.ts';
import { ANSWER_LIMIT_MS } from '../../persistence/sqlite-index/client.ts';
import { MAX_WAIT_MS } from '../../providers/openai-embeddings.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';

const { run_time_limit_ms } = RUNTIME_LIMITS;
/** An entry waits for the batch before its own, which may hang too. */
const BATCHES = 2;

test('a run ends before the deadline of its job does', () => {
  for (const kind of STEP_KINDS) assert.ok(run_time_limit_ms[kind] < RESOURCE_LIMITS[`${kind}_deadline_ms`], kind);
});

test('what hangs is found out by the call that hangs, and not by the time limit of the run', () => {
  const calls: [keyof typeof run_time_limit_ms, number][] = [
    ['index', BATCHES * CALL_LIMIT_MS],
    ['index', ANSWER_LIMIT_MS],
    ['purge', BATCHES * CALL_LIMIT_MS + S3_LIMITS.ask_ms],
    ['embed', MAX_WAIT_MS],
    ['inspect', S3_LIMITS.ask_ms + S3_LIMITS.move_ms],
    ['ocr', S3_LIMITS.move_ms],
    ['save', STATEMENT_LIMIT_MS],
  ];
  for (const [kind, max_ms] of calls) assert.ok(max_ms < run_time_limit_ms[kind], `${kind}: ${max_ms}`);
});
