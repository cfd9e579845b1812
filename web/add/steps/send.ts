/** Sends the bytes of a file to where its link leads: the service's own store, or S3. XMLHttpRequest tells how much has left. */
import type { Upload } from '../../../contract/resource.ts';
import type { StepError } from '../../../machines/upload.ts';

/** Statuses after which a fresh link may help. */
const LINK_OVER = new Set([403, 404, 409, 410]);
const AWAY = new Set([0, 408, 429, 500, 502, 503, 504]);

/** Rejects with a StepError. `progress`: bytes that were handed to the network. */
export const send = (file: File, link: Upload, signal: AbortSignal, progress: (bytes: number) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (kind: StepError['kind'], detail = '') =>
      reject({ kind, cause: { code: kind === 'lost' ? 'LOST' : `HTTP_${request.status}`, detail } } satisfies StepError);
    request.open(link.method, link.url);
    for (const [name, value] of Object.entries(link.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => progress(Math.min(loaded, file.size));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else fail(AWAY.has(request.status) ? 'lost' : LINK_OVER.has(request.status) ? 'link_over' : 'refused', detailOf(request));
    };
    request.onerror = () => fail('lost');
    request.ontimeout = () => fail('lost');
    request.onabort = () => fail('lost');
    signal.addEventListener('abort', () => request.abort());
    request.send(link.method === 'POST' ? formOf(link, file) : file);
  });

function formOf({ fields = {} }: Upload, file: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', file);
  return form;
}
function detailOf({ responseText }: XMLHttpRequest): string {
  try {
    const { detail }: { detail?: unknown } = JSON.parse(responseText);
    return typeof detail === 'string' ? detail : '';
  } catch {
    return ''; // a store answers in XML
  }
}
