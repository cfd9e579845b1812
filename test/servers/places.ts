/** Places of a test's own on the real servers: a database, a Redis database, a bucket. */
import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createConnection } from 'mysql2/promise';
import { env } from './env.ts';

const unique = () => `tuodi-${randomBytes(6).toString('hex')}`;

/** A database that is dropped by `drop`. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = env('TUODI_TEST_MYSQL_URL');
  const name = unique().replace('-', '_');
  const run = async (sql: string) => {
    const connection = await createConnection(server);
    await connection.query(sql);
    await connection.end();
  };
  await run(`CREATE DATABASE ${name}`);
  return { url: new URL(name, server).href, drop: () => run(`DROP DATABASE ${name}`) };
}

export async function freshBucket(): Promise<Record<string, string>> {
  const [endpoint, accessKeyId, secretAccessKey] = [
    env('TUODI_TEST_S3_ENDPOINT'),
    env('TUODI_TEST_S3_ACCESS_KEY'),
    env('TUODI_TEST_S3_SECRET_KEY'),
  ];
  const bucket = unique();
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return {
    TUODI_S3_BUCKET: bucket,
    TUODI_S3_ENDPOINT: endpoint,
    TUODI_S3_ACCESS_KEY: accessKeyId,
    TUODI_S3_SECRET_KEY: secretAccessKey,
  };
}

/** All of server mode. `redis`: the number of a database of the test file's own, 1 to 15. */
export async function freshServers(redis: number): Promise<{ env: Record<string, string>; drop(): Promise<void> }> {
  const database = await freshDatabase();
  const variables = {
    TUODI_DATABASE_URL: database.url,
    TUODI_REDIS_URL: new URL(`/${redis}`, env('TUODI_TEST_REDIS_URL')).href,
    TUODI_ELASTICSEARCH_URL: env('TUODI_TEST_ELASTICSEARCH_URL'),
    TUODI_ELASTICSEARCH_ALIAS: unique(),
    ...(await freshBucket()),
    TUODI_LINK_SECRET: randomBytes(32).toString('hex'),
    TUODI_LISTEN: '127.0.0.1:0',
    TUODI_LOG_LEVEL: 'warn',
    TUODI_RATE_LIMITS: 'false', // a test is one client that is many
  };
  return { env: variables, drop: database.drop };
}
