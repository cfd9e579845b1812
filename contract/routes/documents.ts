/** Routes that describe the API. */
import { z } from 'zod';
import type { RouteDeclaration } from './route.ts';

const LanguageQuery = z.strictObject({ lang: z.enum(['en', 'zh']).optional() });

export const DOCUMENT_ROUTES = [
  {
    name: 'get_openapi',
    method: 'GET',
    path: '/openapi.json',
    auth: 'none',
    role: null,
    query: LanguageQuery,
    body: null,
    responses: {
      200: { types: ['application/json'], holds: { en: 'a document of OpenAPI 3.1', zh: 'OpenAPI 3.1 文档' } },
      304: null,
    },
    waits: false,
    errors: [],
    summary: {
      en: 'This API for programs, as OpenAPI 3.1; its texts in `lang`, English unless given.',
      zh: '供程序使用的接口描述（OpenAPI 3.1）；`lang` 指定语言，默认英文。',
    },
  },
  {
    name: 'get_docs',
    method: 'GET',
    path: '/docs',
    auth: 'none',
    role: null,
    query: LanguageQuery,
    body: null,
    responses: { 200: { types: ['text/html'], holds: { en: 'the page', zh: '页面' } }, 304: null },
    waits: false,
    errors: [],
    summary: {
      en: 'This API for people, as one page; in `lang`, or the language that the browser prefers.',
      zh: '供人阅读的接口说明（单页）；`lang` 指定语言，默认按浏览器偏好。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
