/** The name of a form's file, in the bytes and escapes that clients send: shown and found as its owner reads it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { plainFilenames } from '../../../http/request/part-headers.ts';
import { encoded } from '../../worlds/encoded.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let w: HttpWorld;
before(async () => {
  w = await httpWorld();
});
after(() => w.stop());

const raw = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));
const quoted = (name: string | Buffer): Buffer => raw('filename="', name, '"');

/** By what is right: the parameters of the part. */
const SENT: [string, Buffer, string][] = [
  ['UTF-8', quoted('发票.jpg'), '发票.jpg'],
  ['GBK', quoted(encoded('gbk', '发票.jpg')), '发票.jpg'],
  ['GBK, of four characters', quoted(encoded('gbk', '扫描文件.jpg')), '扫描文件.jpg'],
  ['Latin-1', quoted(encoded('iso-8859-1', 'Müller.jpg')), 'Müller.jpg'],
  ['Big5, with a backslash among its bytes', quoted(encoded('big5', '功課表.jpg')), '功課表.jpg'],
  ['Shift_JIS, with a backslash among its bytes', quoted(encoded('shift_jis', '領収書ソフト.jpg')), '領収書ソフト.jpg'],
  ['UTF-8 encoded twice', quoted(Buffer.from(Buffer.from('发票.jpg').toString('latin1'))), '发票.jpg'],
  ['%22, as browsers write a quotation mark', quoted('a%22b.jpg'), 'a"b.jpg'],
  ['an end of line, as browsers write it', quoted('a%0D%0Ab.jpg'), 'a b.jpg'],
  ['a backslash before a quotation mark', quoted('a\\"b.jpg'), 'a"b.jpg'],
  ['a quotation mark before a semicolon', quoted('a\\"; b.jpg'), 'a"; b.jpg'],
  ['what looks like a parameter, in the name', raw('filename="x.jpg"; x="; filename=y.jpg"'), 'x.jpg'],
  ['half a character before the end', quoted(encoded('big5', '成功')), '成功'],
  ['not quoted, in GBK', raw('filename=', encoded('gbk', '发票.jpg')), '发票.jpg'],
  ['filename* of no charset, beside a name', raw('filename="a.jpg"; filename*=%%%'), 'a.jpg'],
  ['filename* of another charset than it says', raw("filename*=UTF-8''%B7%A2%C6%B1.jpg"), '发票.jpg'],
  ['a percent sign of its own', quoted('100%.jpg'), '100%.jpg'],
  ['a percent sign before digits', quoted('20%25 off.jpg'), '20%25 off.jpg'],
  ['percent-encoded', quoted('%E5%8F%91%E7%A5%A8.jpg'), '发票.jpg'],
  ['a path of Windows', quoted('C:\\Users\\me\\发票.jpg'), '发票.jpg'],
  ['a path of Windows in GBK', quoted(encoded('gbk', 'C:\\照片\\发票.jpg')), '发票.jpg'],
  ['a path of POSIX', quoted('../../etc/发票.jpg'), '发票.jpg'],
  ['filename* in UTF-8', raw("filename*=UTF-8''%E5%8F%91%E7%A5%A8.jpg"), '发票.jpg'],
  ['filename* with a language', raw("filename*=utf-8'zh-CN'%E5%8F%91%E7%A5%A8.jpg"), '发票.jpg'],
  ['filename* in GB18030', raw("filename*=GB18030''%B7%A2%C6%B1.jpg"), '发票.jpg'],
  ['filename* in Latin-1', raw("filename*=iso-8859-1''M%FCller.jpg"), 'Müller.jpg'],
  ['filename* in UTF-8, of Latin letters', raw("filename*=UTF-8''M%C3%BCller.jpg"), 'Müller.jpg'],
  [
    'both, of which filename* is taken',
    raw('filename="fapiao.jpg"; filename*=UTF-8', "''", '%E5%8F%91%E7%A5%A8.jpg'),
    '发票.jpg',
  ],
  ['filename* with a path', raw("filename*=UTF-8''C%3A%5Cx%5C%E5%8F%91%E7%A5%A8.jpg"), '发票.jpg'],
  ['encoded words, B', quoted('=?UTF-8?B?5Y+R56Wo?=.jpg'), '发票.jpg'],
  ['encoded words, Q, of GBK', quoted('=?GBK?Q?=B7=A2=C6=B1?=.jpg'), '发票.jpg'],
  ['encoded words, two of them', quoted('=?utf-8?b?5Y+R?= =?utf-8?b?56WoLmpwZw==?='), '发票.jpg'],
  ['encoded words, of no charset', quoted('=?nonsense?B?5Y+R56Wo?=.jpg'), '发票.jpg'],
  ['marks of direction', quoted('a\u202egpj.exe.jpg'), 'agpj.exe.jpg'],
];

describe('the name of a file in a form', () => {
  for (const [how, parameters, right] of SENT)
    test(how, async () => {
      const body = raw(
        '--edge\r\nContent-Disposition: form-data; name="file"; ',
        parameters,
        `\r\nContent-Type: image/jpeg\r\n\r\nbytes of ${how}\r\n--edge--\r\n`,
      );
      const headers = { 'content-type': 'multipart/form-data; boundary=edge' };
      const { status, json } = await w.call('POST', '/v1/resources', { raw: new Uint8Array(body), headers });
      assert.equal(status, 201, JSON.stringify(json));
      const { resource } = json as { resource: { filename: string; metadata: { title: string } } }; // checked against its declaration
      assert.deepEqual([resource.filename, resource.metadata.title], [right, right]);
    });
});

test('headers that begin a name and never end it take no time', async () => {
  const evil = Buffer.from(
    `--edge\r\nContent-Disposition: form-data; name="file"${';a="\\"'.repeat(2_600)}\r\n\r\nx\r\n--edge--\r\n`,
  );
  const began = performance.now();
  const headers = { 'content-type': 'multipart/form-data; boundary=edge' };
  const { status } = await w.call('POST', '/v1/resources', { raw: new Uint8Array(evil), headers });
  assert.ok(status >= 400 && performance.now() - began < 2_000);
});

test('a form that comes a byte at a time, with what looks like delimiters in its file, is the same form', async () => {
  const content = '\r\n--edg\r\n\r\n--edgeX\r\n--edge-\r\n';
  const whole = raw(
    '--edge\r\ncontent-disposition: form-data;\r\n name="file";',
    quoted(encoded('gbk', '发票.jpg')),
    `\r\n\r\n${content}`,
    '\r\n--edge--\r\n',
  );
  const stream = plainFilenames('multipart/form-data; boundary=edge');
  const out: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => void out.push(chunk));
  for (const byte of whole) stream.write(Buffer.from([byte]));
  stream.end();
  await once(stream, 'end');
  const text = Buffer.concat(out).toString();
  assert.ok(
    text.startsWith('--edge\r\ncontent-disposition: form-data; name="file"; filename="%E5%8F%91%E7%A5%A8.jpg"\r\n\r\n'),
    text,
  );
  assert.ok(text.endsWith(`${content}\r\n--edge--\r\n`), text);
});
