/** Notifications that are none, or not the store's. */
import type { Bad } from './hostile.ts';

const PATH = '/v1/storage-events';
const TOKEN = { authorization: 'Bearer {events}' };
const created = (key: unknown, bucket: unknown = 'pictures') => ({
  Records: [{ s3: { bucket: { name: bucket }, object: { key } } }],
});
const GOOD = created('incoming/a/{awaiting}/x');

const stranger = (name: string, headers: Record<string, string>): Bad => ({
  ...{ name: `storage event: ${name}`, method: 'POST', path: PATH, key: 'none', headers, body: GOOD },
  ...{ status: 401, code: 'UNAUTHENTICATED' },
});
const wrong = (name: string, body: unknown, pointer: string): Bad => ({
  ...{ name: `storage event: ${name}`, method: 'POST', path: PATH, key: 'none', headers: TOKEN, body, pointer },
  ...{ status: 422, code: 'INVALID' },
});
const unread = (name: string, raw: string, headers: Record<string, string>, status: number, code: string): Bad => ({
  ...{ name: `storage event: ${name}`, method: 'POST', path: PATH, key: 'none', raw, headers: { ...TOKEN, ...headers } },
  ...{ status, code },
});
const JSON_TYPE = { 'content-type': 'application/json' };

export const BAD_STORAGE_EVENTS: Bad[] = [
  stranger('no token', {}),
  stranger('an empty token', { authorization: 'Bearer ' }),
  stranger('another token', { authorization: `Bearer ${'x'.repeat(40)}` }),
  stranger('a token too long by one', { authorization: 'Bearer {events}x' }),
  stranger('another scheme', { authorization: 'Basic {events}' }),
  stranger('the token alone', { authorization: '{events}' }),
  stranger('a key to the API', { authorization: 'Bearer {a}' }),
  wrong('an array', [], ''),
  wrong('null', null, ''),
  wrong('records that are no list', { Records: {} }, '/Records'),
  wrong('a record of nothing', { Records: [{}] }, '/Records/0/s3'),
  wrong('a record that is null', { Records: [null] }, '/Records/0'),
  wrong('no bucket', { Records: [{ s3: { object: { key: 'k' } } }] }, '/Records/0/s3/bucket'),
  wrong('a key that is a number', created(7), '/Records/0/s3/object/key'),
  wrong('a key without end', created('k'.repeat(5_000)), '/Records/0/s3/object/key'),
  wrong('1,001 records', { Records: Array.from({ length: 1_001 }, () => created('k').Records[0]) }, '/Records'),
  unread('JSON that breaks off', '{"Records":[', JSON_TYPE, 400, 'BAD_JSON'),
  unread('nothing', '', JSON_TYPE, 400, 'BAD_JSON'),
  unread('a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'),
  unread('2 MB', JSON.stringify({ Records: [], more: 'x'.repeat(2_000_000) }), JSON_TYPE, 413, 'TOO_LARGE'),
  { ...wrong('a parameter', { Records: [] }, 'org'), path: `${PATH}?org=a` },
];
