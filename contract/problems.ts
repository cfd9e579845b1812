/** The whole error policy of the API: each problem a client can meet (RFC 9457), with its status and its words. */

import { z } from 'zod';

type Text = { en: string; zh: string };
type ProblemEntry = { status: number; title: Text };

export const PROBLEMS = {
  BAD_REQUEST: { status: 400, title: { en: 'The request cannot be understood', zh: '无法理解该请求' } },
  BAD_JSON: { status: 400, title: { en: 'The body is not valid JSON', zh: '请求体不是合法的 JSON' } },
  BAD_CURSOR: { status: 400, title: { en: 'The cursor is not of this list', zh: '游标不属于此列表' } },
  BAD_MULTIPART: { status: 400, title: { en: 'The form cannot be read', zh: '无法读取表单' } },
  UNAUTHENTICATED: { status: 401, title: { en: 'A valid API key or session is needed', zh: '需要有效的 API 密钥或会话' } },
  LOGIN_REFUSED: { status: 401, title: { en: 'The login link does not hold', zh: '登录链接无效' } },
  OTHER_ORIGIN: { status: 403, title: { en: 'The request comes from another page', zh: '请求来自其他页面' } },
  BAD_SIGNATURE: { status: 403, title: { en: 'The link is not valid', zh: '链接无效' } },
  LINK_EXPIRED: { status: 403, title: { en: 'The link has expired', zh: '链接已过期' } },
  FORBIDDEN: { status: 403, title: { en: 'This key or user may not do that', zh: '该密钥或用户无权执行此操作' } },
  NOT_FOUND: { status: 404, title: { en: 'There is nothing here', zh: '此处没有内容' } },
  METHOD_NOT_ALLOWED: { status: 405, title: { en: 'This address does not take that method', zh: '该地址不支持此方法' } },
  NOT_ACCEPTABLE: { status: 406, title: { en: 'No form you accept is offered', zh: '没有您可接受的格式' } },
  REQUEST_TIMEOUT: { status: 408, title: { en: 'The request took too long to arrive', zh: '请求传输超时' } },
  ILLEGAL_TRANSITION: { status: 409, title: { en: 'Its status does not allow that', zh: '当前状态不允许此操作' } },
  CONFLICT: { status: 409, title: { en: 'Somebody else changed it at the same time', zh: '同时有人修改了它' } },
  RUN_UNDER_WAY: { status: 409, title: { en: 'Another run of this kind is under way', zh: '同类作业正在进行' } },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: { en: 'This Idempotency-Key was used for another request', zh: '此 Idempotency-Key 已用于其他请求' },
  },
  ENGINE_UNAVAILABLE: {
    status: 409,
    title: { en: 'That engine does not read here', zh: '此处没有该识别引擎' },
  },
  PRECONDITION_FAILED: { status: 412, title: { en: 'It has changed since you read it', zh: '读取之后它已被更改' } },
  TOO_LARGE: { status: 413, title: { en: 'The body is too large', zh: '请求体过大' } },
  URI_TOO_LONG: { status: 414, title: { en: 'The address is too long', zh: '地址过长' } },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: { en: 'This type of body is not taken here', zh: '此处不接受该类型的请求体' } },
  RANGE_NOT_SATISFIABLE: { status: 416, title: { en: 'That range is not in the file', zh: '文件中没有该范围' } },
  INVALID: {
    status: 422,
    title: { en: 'The request is understood, but something in it is wrong', zh: '请求可以理解，但内容有误' },
  },
  TOO_MANY_REQUESTS: { status: 429, title: { en: 'Too many requests', zh: '请求过多' } },
  TOO_MANY_REQUESTS_BY_ADDRESS: { status: 429, title: { en: 'Too many requests from this address', zh: '该地址的请求过多' } },
  TOO_MANY_UNDER_WAY: { status: 429, title: { en: 'Too many requests at once', zh: '同时进行的请求过多' } },
  TOO_MANY_WAITS: { status: 429, title: { en: 'Too many requests wait', zh: '等待中的请求过多' } },
  TOO_MANY_EVENT_READERS: { status: 429, title: { en: 'Too many readers of events', zh: '事件订阅过多' } },
  TOO_MANY_UPLOADS_AWAITED: { status: 429, title: { en: 'Too many uploads are announced', zh: '已声明而未上传的文件过多' } },
  TOO_MANY_BYTES_ANNOUNCED: { status: 429, title: { en: 'Too many bytes are announced', zh: '已声明而未上传的字节过多' } },
  HEADERS_TOO_LARGE: { status: 431, title: { en: 'The headers are too large', zh: '请求头过大' } },
  INTERNAL: { status: 500, title: { en: 'An error of ours', zh: '我们的错误' } },
  SET_ASIDE: { status: 500, title: { en: 'This picture is set aside', zh: '该图片已搁置' } },
  UNAVAILABLE: { status: 503, title: { en: 'Not able to answer just now', zh: '暂时无法响应' } },
  LATER_VERSION: {
    status: 503,
    title: { en: 'A later version of the service has taken this picture over', zh: '该图片已由更新版本的服务接管' },
  },
  QUOTA_OF_PICTURES: {
    status: 507,
    title: { en: 'The organisation has as many pictures as it may', zh: '组织的图片数量已达配额' },
  },
  QUOTA_OF_BYTES: {
    status: 507,
    title: { en: 'The organisation holds as many bytes as it may', zh: '组织的存储字节数已达配额' },
  },
  STORAGE_FULL: { status: 507, title: { en: 'There is no room left to store that', zh: '存储空间不足' } },
} as const satisfies Record<string, ProblemEntry>;
export type ProblemCode = keyof typeof PROBLEMS;

/** `pointer`: a JSON pointer (RFC 6901) into the body, or the name of a query parameter. */
export type FieldError = { pointer: string; detail: string };

/** The body of every problem. Codes may grow within v1; members of a code's own stand beside these. */
export const ProblemResponse = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemResponse = z.infer<typeof ProblemResponse>;

/** An error that a person can meet: `detail`: what happened, what it means for their picture, and what to do. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: Text;
  readonly errors: FieldError[];
  /** Members beside the standard ones, such as `status` and `allowed_events` of ILLEGAL_TRANSITION, and response headers. */
  readonly more: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: Text,
    options: { errors?: FieldError[]; more?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail.en, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.more = options.more ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
