/** Objects on a real S3 server: the suite of the port. */
import { after } from 'node:test';
import { openS3Objects } from '../../persistence/s3/objects.ts';
import { objectsSuite } from '../ports/objects.ts';
import { openBucket } from './s3.ts';

const bucket = await openBucket();
after(() => bucket.drop());

/** S3 promises whole seconds. */
const APART_MS = 1_050;

objectsSuite('S3, by forms', () => openS3Objects(bucket.options), { apart_ms: APART_MS });
