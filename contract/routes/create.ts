/** Routes that bring pictures in. */
import { z } from 'zod';
import { CreateForm, CreateResource, Resource, Upload } from '../resource.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

const WithUpload = z.object({ resource: Resource, upload: Upload.optional() });
const ForUploader = z.object({ resource: Resource, upload: Upload });

export const CREATE_ROUTES = [
  {
    name: 'create_resource',
    method: 'POST',
    path: '/v1/resources',
    auth: 'key',
    role: 'editor',
    query: NOTHING,
    body: { json: CreateResource, form: CreateForm },
    responses: { 200: WithUpload, 201: WithUpload },
    waits: true,
    errors: [
      ...['BAD_MULTIPART', 'IDEMPOTENCY_KEY_REUSED', 'NOT_FOUND', 'TOO_MANY_UPLOADS_AWAITED', 'TOO_MANY_BYTES_ANNOUNCED'],
      ...['ILLEGAL_TRANSITION', 'QUOTA_OF_PICTURES', 'QUOTA_OF_BYTES'],
    ] as const,
    summary: {
      en: 'Begins a picture: as JSON, which returns an upload link, or in one call as a form with the file.',
      zh: '新建图片：以 JSON 请求则返回上传链接；也可用表单一次提交文件。',
    },
  },
  {
    name: 'issue_upload_link',
    method: 'POST',
    path: '/v1/resources/{resource_id}/upload-url',
    auth: 'key',
    role: 'editor',
    query: NOTHING,
    body: null,
    responses: { 200: ForUploader },
    waits: false,
    errors: ['ILLEGAL_TRANSITION', 'PRECONDITION_FAILED'],
    summary: { en: 'A fresh upload link, while the bytes are awaited.', zh: '等待上传期间，重新发放上传链接。' },
  },
  {
    name: 'report_upload',
    method: 'POST',
    path: '/v1/resources/{resource_id}/uploaded',
    auth: 'key_or_link',
    role: 'editor',
    query: NOTHING,
    body: null,
    responses: { 200: Resource },
    waits: true,
    errors: ['ILLEGAL_TRANSITION', 'PRECONDITION_FAILED'],
    summary: {
      en: 'The uploader reports that it is done; the service looks for itself.',
      zh: '上传者表示已完成，服务自行核实。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
