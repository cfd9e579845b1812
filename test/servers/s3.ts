/** A bucket of its own on the S3 server that the environment names, and what a test does to it without our adapter. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { deleteObjects } from '../../persistence/s3/client.ts';
import type { S3Options } from '../../persistence/s3/objects.ts';
import { systemClock } from '../../runtime/async/clock.ts';

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these with npm run suite -- servers, which starts the servers`);
  return value;
}

export type Bucket = {
  name: string;
  client: S3Client;
  /** For openS3Objects; POST unless changed. */
  options: S3Options;
  keys(prefix?: string): Promise<string[]>;
  text(key: string): Promise<string>;
  /** Uploads in parts that were begun and neither completed nor taken back. */
  unfinished(): Promise<string[]>;
  drop(): Promise<void>;
};

/** Says once which server it is on. */
export async function openBucket(): Promise<Bucket> {
  const endpoint = needed('TUODI_TEST_S3_ENDPOINT');
  const access_key = needed('TUODI_TEST_S3_ACCESS_KEY');
  const secret_key = needed('TUODI_TEST_S3_SECRET_KEY');
  const credentials = { accessKeyId: access_key, secretAccessKey: secret_key };
  const region = 'us-east-1';
  const when = { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } as const;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials, ...when });
  const name = `tuodi-test-${systemClock().newId()}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  console.log(`S3: ${process.env.TUODI_TEST_S3_SERVER ?? 'a server of unknown name'} at ${endpoint}, bucket ${name}`);
  const keys = async (Prefix = '') => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name, Prefix }));
    return Contents.map(({ Key = '' }) => Key).sort();
  };
  return {
    ...{ name, client, keys },
    options: {
      ...{ bucket: name, endpoint, region, access_key, secret_key, path_style: true, upload_method: 'POST' },
      clock: systemClock(),
    },
    text: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key }));
      return (await Body?.transformToString()) ?? '';
    },
    unfinished: async () => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    drop: async () => {
      for (let left = await keys(); left.length > 0; left = await keys())
        await client.send(deleteObjects({ Bucket: name, Delete: { Objects: left.map((Key) => ({ Key })) } }));
      await client.send(new DeleteBucketCommand({ Bucket: name }));
      client.destroy();
    },
  };
}
