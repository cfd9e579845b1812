/** A form with one file, which is streamed: its fields come first, so that all that decides is known before the first byte is stored. */
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { Problem } from '../../contract/problems.ts';
import type { PublicRequest } from '../context.ts';
import { validationFailed } from '../problems/problems.ts';
import { fileName } from './filename.ts';
import { plainFilenames, readFilename } from './part-headers.ts';

/** fields: those before the file. filename: fit to be shown, never a path. */
export type FilePart = { fields: ReadonlyMap<string, string>; filename: string; content_type: string; bytes: Readable };

/**
 * What `keep` makes of the file, once the whole form has arrived. Rejects with what `keep` threw, 400 BAD_MULTIPART for a form that
 * breaks off or can't be read, and 422 for one with other parts than it may have. When it rejects, nothing reads the body any more.
 */
export function receiveForm<Kept>({ ctx, deps }: PublicRequest, keep: (file: FilePart) => Promise<Kept>): Promise<Kept> {
  const { req } = ctx;
  const { max_form_json_bytes, max_form_parts } = deps.limits;
  const form = parserOf(req.headers, { parts: max_form_parts, fieldSize: max_form_json_bytes });
  const body = plainFilenames(req.headers['content-type'] ?? '');
  const fields = new Map<string, string>();
  let keeping: Promise<Kept> | null = null;
  let bytes: Readable | null = null;
  let over = false; // the parser goes on through the chunk it has: what it still finds there is not kept

  return new Promise<Kept>((resolve, reject) => {
    const fail = (error: unknown) => {
      over = true;
      req.unpipe(body);
      req.off('error', broken).off('close', disconnected);
      bytes?.destroy(error instanceof Error ? error : undefined);
      // What was being stored is given up first, so that a caller who cleans up finds nothing that comes after.
      void Promise.resolve(keeping).then(
        () => reject(error),
        () => reject(error),
      );
    };
    const broken = (cause: unknown) => fail(cause instanceof Problem ? cause : badForm(cause));
    const disconnected = () => {
      if (!req.complete) broken(new Error('the client disconnected'));
    };
    const refuse = (name: string, detail: string) => fail(validationFailed([{ pointer: `/${name.slice(0, 100)}`, detail }]));

    form.on('field', (name, value, { nameTruncated, valueTruncated }) => {
      if (keeping) refuse(name, 'the file is the last part');
      else if (name === 'file') refuse(name, 'a file with a filename');
      else if (nameTruncated || valueTruncated) refuse(name, 'too long');
      else if (fields.has(name)) refuse(name, 'given more than once');
      else fields.set(name, value);
    });
    form.on('file', (name, stream, { filename, mimeType }) => {
      stream.on('error', () => {}); // the form reports it as well
      if (over || keeping || name !== 'file') {
        stream.resume();
        if (!over) refuse(name, keeping ? 'only one file' : 'no such part');
        return;
      }
      bytes = stream;
      keeping = keep({ fields, filename: fileName(readFilename(filename)), content_type: mimeType, bytes: stream });
      keeping.catch(fail); // at once: the rest of the body need not come
    });
    form.on('partsLimit', () => refuse('', `at most ${max_form_parts - 1} parts`));
    form.on('error', broken);
    form.on('close', () => {
      req.off('error', broken).off('close', disconnected);
      if (keeping) keeping.then(resolve, reject);
      else refuse('file', 'missing');
    });
    req.once('error', broken).once('close', disconnected);
    body.pipe(form);
    req.pipe(body);
  });
}

function parserOf(headers: PublicRequest['ctx']['req']['headers'], limits: busboy.Limits): busboy.Busboy {
  try {
    return busboy({ headers, limits: { ...limits, fieldNameSize: 100 }, defParamCharset: 'latin1', preservePath: true });
  } catch (cause) {
    throw badForm(cause); // no boundary
  }
}

const badForm = (cause: unknown) =>
  new Problem(
    'BAD_MULTIPART',
    {
      en: 'The form breaks off or is no multipart/form-data. Nothing was kept; send it again.',
      zh: '表单残缺，或不是 multipart/form-data。未保存任何内容，请重新发送。',
    },
    { cause },
  );
