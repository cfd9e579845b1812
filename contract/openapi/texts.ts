/** The texts of the OpenAPI document that belong to no route. */
import type { Text } from '../statuses.ts';

export const OPENAPI_TEXTS = {
  about: {
    en: 'Takes pictures in, reads the text on them, and makes them findable by it. Calls under `/v1` take an API key as `Authorization: Bearer <key>`, with the role that each names; `tuodi keys create` makes one. Unknown fields of a request are refused; ignore unknown fields of a response, since statuses, codes, events and fields may be added within v1. Errors are `application/problem+json` (RFC 9457): switch on `code`, show `detail`, which is in the language of `Accept-Language` (en or zh). Lists return `next_cursor`. Every GET takes HEAD as well, and every address OPTIONS.',
    zh: '收取图片，识别其中文字，并可按文字搜索。`/v1` 下的接口需要 API 密钥：`Authorization: Bearer <key>`，所需角色见各接口；密钥用 `tuodi keys create` 创建。请求中的未知字段会被拒绝；请忽略响应中的未知字段：v1 内可能新增状态、代码、事件与字段。错误为 `application/problem+json`（RFC 9457）：程序以 `code` 为准，显示 `detail`，其语言随 `Accept-Language`（en 或 zh）。列表返回 `next_cursor`。所有 GET 均支持 HEAD，所有地址均支持 OPTIONS。',
  },
  key: {
    en: 'An API key, made with `tuodi keys create`. It belongs to one organisation, and sees nothing of another.',
    zh: 'API 密钥，由 `tuodi keys create` 创建。密钥属于一个组织，看不到其他组织的任何内容。',
  },
  session: {
    en: 'The cookie of a session, which `POST /v1/session` sets. A write takes an `Origin` of the page of this service, and `Authorization` goes before it.',
    zh: '会话 cookie，由 `POST /v1/session` 设置。写操作须带本服务页面的 `Origin`；同时有 `Authorization` 时以后者为准。',
  },
  link: {
    en: 'A link that was given out, used as it is: its signature is for this call alone, and for a limited time.',
    zh: '已发放的签名链接，按原样使用：签名仅限该接口与限定时间。',
  },
  token: { en: 'The token that the store was configured with.', zh: '为存储配置的令牌。' },
  role: { en: 'Takes a key or user with the role {role} or one above it.', zh: '需要角色为 {role} 或更高的密钥或用户。' },
  file: { en: 'the picture, as the last part of the form', zh: '图片文件，须为表单的最后一部分' },
} as const satisfies Record<string, Text>;

const STATUS_TEXTS: Record<number, Text | undefined> = {
  200: { en: 'Done.', zh: '成功。' },
  201: { en: 'Created.', zh: '已创建。' },
  202: { en: 'Begun, or under way.', zh: '已发起，或正在进行。' },
  204: { en: 'Taken; there is no body.', zh: '已接受，无响应体。' },
  302: { en: 'A redirect to a signed link.', zh: '跳转到签名链接。' },
  304: { en: 'It is as the client has it.', zh: '与客户端已有的一致。' },
  503: { en: 'Not ready.', zh: '尚未就绪。' },
};

/** What a status means that is no problem. */
export const statusText = (status: number, language: 'en' | 'zh'): string => STATUS_TEXTS[status]?.[language] ?? String(status);
