/** The problems that commands to a resource end with. */
import { Problem } from '../../contract/problems.ts';
import { UnservedError } from '../../machines/interpreter.ts';
import { ConflictError } from '../instances/host.ts';

/** Retry-After of a picture that a later version has: the next process to respond may be of that version. */
const LATER_VERSION_RETRY_S = 5;

/** What a caller is shown of an error of the host; other errors propagate. */
export function toProblem(error: unknown): unknown {
  if (error instanceof ConflictError) return conflict();
  return error instanceof UnservedError ? laterVersion(error) : error;
}

export const conflict = () =>
  new Problem('CONFLICT', {
    en: 'Others kept changing this picture; nothing of your request was done. Try again.',
    zh: '他人正在不断修改该图片，您的请求未生效，请重试。',
  });
/** During a rolling upgrade: a process of the later version handles it. */
const laterVersion = (cause: UnservedError) =>
  new Problem(
    'LATER_VERSION',
    {
      en: 'A later version of the service has taken over this picture, and this process is of an earlier one. Nothing of your request was done; try again in a moment.',
      zh: '该图片已由更新版本的服务接管，而本进程为旧版本。您的请求未生效，请稍后重试。',
    },
    { cause, headers: { 'retry-after': String(LATER_VERSION_RETRY_S) } },
  );
/** Returns true if the error means that a process of a later version must handle it. */
export const isLaterVersion = (error: unknown): boolean =>
  error instanceof UnservedError || (error instanceof Problem && error.code === 'LATER_VERSION');
export const notFound = () =>
  new Problem('NOT_FOUND', {
    en: 'There is no such picture. It may belong to another organisation, or never have existed.',
    zh: '没有这张图片：它可能属于其他组织，或从未存在。',
  });
