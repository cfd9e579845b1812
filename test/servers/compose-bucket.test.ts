import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { DeleteBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { readCompose, readEnvExample } from '../worlds/containers.ts';
import { env } from './env.ts';

test('the one-shot service of docker-compose.yml makes the bucket, and is content when it is there', async () => {
  const [node = '', ...args] = readCompose(readEnvExample()).services['s3-bucket']?.command ?? [];
  assert.equal(node, 'node');
  const bucket = `compose-${process.pid}`;
  const notified = {
    TUODI_S3_BUCKET: bucket,
    TUODI_S3_ENDPOINT: env('TUODI_TEST_S3_ENDPOINT'),
    TUODI_S3_ACCESS_KEY: env('TUODI_TEST_S3_ACCESS_KEY'),
    TUODI_S3_SECRET_KEY: env('TUODI_TEST_S3_SECRET_KEY'),
  };
  const once = () => promisify(execFile)(process.execPath, args, { env: { ...process.env, ...notified }, timeout: 60_000 });
  await once();
  const store = new S3Client({
    endpoint: notified.TUODI_S3_ENDPOINT,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: notified.TUODI_S3_ACCESS_KEY, secretAccessKey: notified.TUODI_S3_SECRET_KEY },
  });
  await store.send(new HeadBucketCommand({ Bucket: bucket }));
  await once();
  await store.send(new DeleteBucketCommand({ Bucket: bucket }));
});
