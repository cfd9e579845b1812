import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  HeadBucketCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { Client } from '@elastic/elasticsearch';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { env } from './env.ts';

describe('the real servers answer, and are what tuodi asks for', () => {
  test('the database is MySQL 8.4 or MariaDB from 10.6 on, speaks utf8mb4, and flushes at each commit', async () => {
    const connection = await createConnection(env('TUODI_TEST_MYSQL_URL'));
    const ask = 'SELECT VERSION() AS version, @@character_set_server AS charset, @@innodb_flush_log_at_trx_commit AS flush';
    const [[row]] = await connection.query<RowDataPacket[]>(ask);
    await connection.end();
    console.log(`facts: ${row?.version}`);
    assert.match(String(row?.version), /^(1[1-9]\.|10\.([6-9]|1\d)\.).*MariaDB|^8\.4\./);
    assert.equal(row?.charset, 'utf8mb4');
    assert.equal(row?.flush, 1);
  });

  test('Redis evicts nothing and writes what it was told', async () => {
    const redis = new Redis(env('TUODI_TEST_REDIS_URL'));
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '';
    const settings = await redis.config('GET', 'maxmemory-policy', 'appendonly', 'appendfsync');
    redis.disconnect();
    console.log(`tasks and queue: Redis ${version}`);
    assert.ok(Number.parseInt(version, 10) >= 7, version);
    assert.deepEqual(
      new Set(settings as string[]),
      new Set(['maxmemory-policy', 'noeviction', 'appendonly', 'yes', 'appendfsync', 'everysec']),
    );
  });

  test('Elasticsearch 9 finds what it was given', async () => {
    const client = new Client({ node: env('TUODI_TEST_ELASTICSEARCH_URL') });
    const { nodes } = await client.nodes.info();
    const [node] = Object.values(nodes);
    console.log(`index: Elasticsearch ${node?.version}`);
    assert.match(node?.version ?? '', /^9\./);
    const index = `smoke-${process.pid}`;
    await client.index({ index, id: 'a', document: { words: '发票 invoice' }, refresh: true });
    const { hits } = await client.search({ index, query: { match: { words: 'invoice' } } });
    await client.indices.delete({ index });
    await client.close();
    assert.deepEqual(
      hits.hits.map(({ _id }) => _id),
      ['a'],
    );
  });

  test('the store lets in who has the key, and nobody else', async () => {
    const bucket = `smoke-${process.pid}`;
    const store = (secretAccessKey: string) =>
      new S3Client({
        endpoint: env('TUODI_TEST_S3_ENDPOINT'),
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: env('TUODI_TEST_S3_ACCESS_KEY'), secretAccessKey },
      });
    const ours = store(env('TUODI_TEST_S3_SECRET_KEY'));
    const { $metadata } = await ours.send(new CreateBucketCommand({ Bucket: bucket }));
    assert.equal($metadata.httpStatusCode, 200);
    await ours.send(new HeadBucketCommand({ Bucket: bucket }));
    const refusal = await store('another')
      .send(new HeadBucketCommand({ Bucket: bucket }))
      .catch((error: S3ServiceException) => error.$metadata.httpStatusCode);
    assert.equal(refusal, 403);
    await ours.send(new DeleteBucketCommand({ Bucket: bucket }));
  });
});
