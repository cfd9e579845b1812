/** The problems that more than one call answers with, each in one place. */
import { type FieldError, Problem } from '../../contract/problems.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { HttpLimits } from '../limits.ts';

/** One answer for what never was, is not shown, and is another organisation's: a client can't distinguish them. */
export const notFound = (): Problem =>
  new Problem('NOT_FOUND', {
    en: 'There is no such picture. It may belong to another organisation, or never have existed.',
    zh: '没有这张图片：它可能属于其他组织，或从未存在。',
  });

export const routeNotFound = (): Problem =>
  new Problem('NOT_FOUND', {
    en: 'No call of the API has this address. Check it against the documentation.',
    zh: '该地址没有对应的接口，请对照文档检查。',
  });

export const notViewable = (): Problem =>
  new Problem('NOT_FOUND', {
    en: 'This picture is not shown: it is not in yet, was refused, or was removed. Its `status` says which.',
    zh: '该图片目前不可查看：尚未收到、被拒绝或已移除，详见其 `status`。',
  });

export const pageNotFound = (page_count: number): Problem =>
  new Problem('NOT_FOUND', {
    en: `This picture has no such page: it has ${page_count}, counted from 1. Ask for one of those.`,
    zh: `没有该页：此图片共 ${page_count} 页，从 1 起计。请改用其中一页。`,
  });

export const validationFailed = (errors: FieldError[]): Problem =>
  new Problem(
    'INVALID',
    { en: 'Nothing was changed. See `errors` for what to correct.', zh: '未作任何更改。请按 `errors` 逐项更正。' },
    { errors },
  );

export const badRequest = (en: string, zh: string, cause?: unknown): Problem => new Problem('BAD_REQUEST', { en, zh }, { cause });

export const tooLarge = ({ max_bytes }: Pick<HttpLimits, 'max_bytes'>): Problem =>
  new Problem('TOO_LARGE', {
    en: `A picture may have at most ${max_bytes} bytes; nothing was kept. Scale it down and upload it again.`,
    zh: `图片最多 ${max_bytes} 字节，未保存任何内容。请缩小后重新上传。`,
  });

export const illegalTransition = ({ status, allowed_events }: ResourceRow): Problem =>
  new Problem(
    'ILLEGAL_TRANSITION',
    {
      en: `The picture is ${status}, where that can't be done. It was not changed; \`allowed_events\` lists what can be done now.`,
      zh: `图片当前为 ${status}，不能执行此操作，未作更改；\`allowed_events\` 列出当前可做的操作。`,
    },
    { more: { resource_status: status, allowed_events } },
  );

/** `engines`: those that can be named instead. */
export const engineUnavailable = (engine: string, engines: readonly string[]): Problem =>
  new Problem(
    'ENGINE_UNAVAILABLE',
    {
      en: `This service does not read by ${engine} (TUODI_OCR_ENGINE, or its packages are not installed). Nothing was changed; name one of \`engines\`, or \`auto\`.`,
      zh: `此服务不使用 ${engine} 识别（见 TUODI_OCR_ENGINE，或未安装其软件包）。未作任何更改；请改用 \`engines\` 之一或 \`auto\`。`,
    },
    { more: { engines } },
  );

/** `etag`: of the picture as it is now. */
export const preconditionFailed = (etag: string): Problem =>
  new Problem(
    'PRECONDITION_FAILED',
    {
      en: 'The picture has changed since you read it, so nothing was done. Read it again, then decide.',
      zh: '读取之后图片已有变化，因此未执行。请重新读取后再决定。',
    },
    { headers: { etag } },
  );

export const busy = ({ retry_after_s }: Pick<HttpLimits, 'retry_after_s'>): Problem =>
  new Problem(
    'UNAVAILABLE',
    {
      en: 'Too much arrives at once. Nothing was changed; send it again.',
      zh: '同时到达的数据过多。未作任何更改，请稍后重新发送。',
    },
    { headers: { 'retry-after': String(retry_after_s) } },
  );

export const noContentYet = (): Problem =>
  new Problem('NOT_FOUND', {
    en: 'The text of this picture has not been read yet. Its `status` says what it waits for.',
    zh: '该图片的文字尚未识别，其 `status` 说明正在等待什么。',
  });
