/** Links that the store itself checks. They are made here, without asking it. */
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '../../runtime/async/clock.ts';
import { disposition } from '../../runtime/content-disposition.ts';
import type { Objects, UploadLink } from '../../runtime/ports/objects.ts';
import { segmentsOf, uploadKey } from '../shared/object-keys.ts';
import type { S3Limits } from './limits.ts';

type Presigner = Pick<Objects, 'presignUpload' | 'presignRead'>;
/** `client`: of the endpoint that the holders of links reach. */
type Parts = { client: S3Client; bucket: string; method: 'POST' | 'PUT'; clock: Clock; limits: S3Limits };

export function linksOf({ client, bucket, method, clock, limits }: Parts): Presigner {
  const seconds = (ms: number) => Math.floor(ms / 1_000);
  /** Signed now, or so long ago that it is over when it should be. */
  const until = (expires_at: number) => {
    const now = clock.now();
    const begin = Math.min(now, expires_at - 1_000);
    const expiresIn = Math.min(Math.max(seconds(expires_at - begin), 1), limits.longest_link_s);
    return { signingDate: new Date(begin), expiresIn };
  };

  const form: Presigner['presignUpload'] = async ({ key, max_bytes, content_type, expires_at }): Promise<UploadLink> => {
    const { url, fields } = await createPresignedPost(client, {
      Bucket: bucket,
      Key: key,
      Fields: { 'Content-Type': content_type },
      Conditions: [
        ['content-length-range', 1, max_bytes],
        ['eq', '$Content-Type', content_type],
      ],
      Expires: seconds(expires_at - clock.now()),
    });
    return { method: 'POST', url, headers: {}, fields, expires_at };
  };
  /** A PUT can't be bounded, but its length can be signed where it is known beforehand. A browser sends it by itself. */
  const whole: Presigner['presignUpload'] = async ({ key, byte_size, content_type, expires_at }): Promise<UploadLink> => {
    const length = byte_size ?? null;
    const command = {
      Bucket: bucket,
      Key: key,
      ContentType: content_type,
      ...(length === null ? {} : { ContentLength: length }),
    };
    const url = await getSignedUrl(client, new PutObjectCommand(command), {
      ...until(expires_at),
      signableHeaders: new Set(['host', 'content-type', ...(length === null ? [] : ['content-length'])]),
    });
    return { method: 'PUT', url, headers: { 'content-type': content_type }, expires_at };
  };

  return {
    presignUpload: async (want) => {
      uploadKey(want.key);
      return method === 'POST' ? form(want) : whole(want);
    },
    presignRead: ({ key, expires_at, content_type, filename }) => {
      segmentsOf(key);
      const served = { ResponseContentType: content_type, ResponseContentDisposition: disposition({ content_type, filename }) };
      return getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key, ...served }), until(expires_at));
    },
  };
}
