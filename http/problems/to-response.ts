/** Everything that goes wrong, as application/problem+json (RFC 9457). What nobody foresaw is 500, with its details in the log only. */
import type { Middleware } from 'koa';
import { PROBLEMS, Problem } from '../../contract/problems.ts';
import { OverQuota } from '../../runtime/accounts/usage.ts';
import { UnreadableError } from '../../runtime/ports/instances.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import type { Language, RequestDeps, State } from '../context.ts';
import { inLanguage } from '../request/issue-text.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const DOCS = 'https://tuodi.dev/problems/';

export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  [member: string]: unknown;
};

export function problemBody(problem: Problem, language: Language, request_id: string): ProblemBody {
  const { code, status, detail, errors, more } = problem;
  return {
    ...more, // first, so that no member of a call passes for a standard one
    type: DOCS + code.toLowerCase().replaceAll('_', '-'),
    title: PROBLEMS[code].title[language],
    status,
    detail: detail[language],
    code,
    request_id,
    ...(errors.length > 0
      ? { errors: errors.map(({ pointer, detail: wrong }) => ({ pointer, detail: inLanguage(wrong, language) })) }
      : {}),
  };
}

/** Answers whatever the routes throw. */
export function respondToErrors({ log, limits }: Pick<RequestDeps, 'log' | 'limits'>): Middleware<State> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const problem = asProblem(error, limits);
      const { request_id, language } = ctx.state;
      if (problem.status >= 500) {
        const { method, path } = ctx; // read only here: the path of an address that can't be parsed throws
        log.error({ event: 'request.failed', err: error, request_id, method, path }, 'request failed');
      }
      for (const name of ['etag', 'content-range', 'content-disposition', 'preference-applied']) ctx.remove(name);
      ctx.status = problem.status;
      ctx.body = JSON.stringify(problemBody(problem, language, request_id));
      ctx.type = PROBLEM_TYPE;
      ctx.set('content-language', language);
      ctx.set('cache-control', 'no-store');
      ctx.set(problem.headers);
    }
  };
}

function overQuota({ of, quota }: OverQuota, retry_after_s: number): Problem {
  switch (of) {
    case 'pictures':
      return new Problem('QUOTA_OF_PICTURES', {
        en: `Your organisation may have ${quota} pictures, those in the trash too; nothing was kept. Delete some for good, or ask the operator for more.`,
        zh: `您的组织最多可有 ${quota} 张图片（含回收站），未保存任何内容。请彻底删除一些，或请运维人员提高配额。`,
      });
    case 'bytes':
      return new Problem('QUOTA_OF_BYTES', {
        en: `Your organisation may hold ${quota} bytes, those in the trash and those announced too; nothing was kept. Delete some pictures for good, or ask the operator for more.`,
        zh: `您的组织最多可存 ${quota} 字节（含回收站与已声明的上传），未保存任何内容。请彻底删除一些图片，或请运维人员提高配额。`,
      });
    case 'awaited':
      return tooManyAnnounced('TOO_MANY_UPLOADS_AWAITED', retry_after_s, {
        en: `${quota} announced uploads have not come yet; no more are announced until some have. Upload those, or delete them.`,
        zh: `已声明而未上传的文件达到 ${quota} 个，在其中一些上传之前不能再声明。请先上传或删除它们。`,
      });
    case 'announced':
      return tooManyAnnounced('TOO_MANY_BYTES_ANNOUNCED', retry_after_s, {
        en: `Announced uploads that have not come yet may have ${quota} bytes together. Upload some of them, or delete them, then go on.`,
        zh: `已声明而未上传的文件合计最多 ${quota} 字节。请先上传或删除其中一些，然后继续。`,
      });
  }
}
const tooManyAnnounced = (
  code: 'TOO_MANY_UPLOADS_AWAITED' | 'TOO_MANY_BYTES_ANNOUNCED',
  retry_after_s: number,
  detail: { en: string; zh: string },
) => new Problem(code, detail, { headers: { 'retry-after': String(retry_after_s) } });

/** Codes of the system for a full disk. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Of what anything throws. */
export function asProblem(error: unknown, { retry_after_s }: Pick<RequestDeps['limits'], 'retry_after_s'>): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof OverQuota) return overQuota(error, retry_after_s);
  if (isAway(error))
    return new Problem(
      'UNAVAILABLE',
      {
        en: 'A store that this needs does not answer just now. What was stored before is safe; try again in a moment.',
        zh: '所需的存储暂时没有响应。此前保存的内容不受影响，请稍后重试。',
      },
      { cause: error, headers: { 'retry-after': String(retry_after_s) } },
    );
  if (error instanceof UnreadableError)
    return new Problem(
      'SET_ASIDE',
      {
        en: 'What the database holds of this picture cannot be read, so nothing was done. It is set aside and an operator is told; once it is mended it goes on by itself.',
        zh: '数据库中该图片的记录无法读取，未执行任何操作。图片已搁置并已通知运维人员，修复后会自动继续。',
      },
      { cause: error },
    );
  if (isFull(error))
    return new Problem(
      'STORAGE_FULL',
      {
        en: 'There is no room left on our side. What was stored before is safe, and goes on by itself; send this again once the operator has made room.',
        zh: '我们的存储空间不足。此前保存的内容不受影响，并会自动继续处理；请在运维人员清理空间后重新提交本次请求。',
      },
      { cause: error },
    );
  return new Problem(
    'INTERNAL',
    {
      en: 'Something failed on our side, and is in our log under this request_id. What was stored before is safe; try again.',
      zh: '我们这边出错了，已按此 request_id 记入日志。此前保存的内容不受影响，请重试。',
    },
    { cause: error },
  );
}

/** Or its cause is: a commit whose outcome nobody knows, since the database went away. */
const isAway = (error: unknown): boolean =>
  error instanceof Error && ((error instanceof StepError && AWAY.has(error.failure.code)) || isAway(error.cause));
const AWAY = new Set(['PROVIDER_UNAVAILABLE', 'CREDENTIALS_REFUSED']);
const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && typeof error.code === 'string' && FULL.has(error.code)) ||
    (error instanceof StepError && error.failure.code === 'STORAGE_FULL'));
