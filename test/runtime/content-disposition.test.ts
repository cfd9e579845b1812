/** The Content-Disposition of a file: any name is shown, and none ends the header. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'content-disposition';
import { disposition } from '../../runtime/content-disposition.ts';

const header = (filename: string, content_type = 'image/png') => disposition({ content_type, filename });

test('any name arrives whole', () => {
  const names = ['a.png', '发票.png', 'a "b".png', "it's (1)*.png", '100%.png', 'a%41.png', 'a;b=c.png', 'Müller.jpg', '🀄.gif'];
  for (const name of names) assert.equal(parse(header(name)).parameters.filename, name);
});

test('the header is printable ASCII, whatever the name holds', () => {
  for (const name of ['x\r\nX-Evil: 1', 'a\0b', 'Müller.jpg', '\u202egnp.exe', '\ud800.png'])
    assert.match(header(name), /^inline; filename="[^"\\%]*"; filename\*=UTF-8''[!#$&+\-.^_`|~\w%]+$/, JSON.stringify(name));
  assert.equal(parse(header('\ud800.png')).parameters.filename, '\ufffd.png');
});

test('a PDF is saved, other files are shown', () => {
  assert.equal(parse(header('a.pdf', 'application/pdf')).type, 'attachment');
  assert.equal(parse(header('a.png')).type, 'inline');
});
