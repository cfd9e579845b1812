/** Settings of what the service works with: servers, recognition, vectors; and of commands that call a running service. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { Secret, WebhookSecret } from '../secrets.ts';
import { note, secret, text, web, whole, yes } from './kinds.ts';

export const servers = {
  database_url: z
    .url({ protocol: /^(mysql|mariadb)$/ })
    .optional()
    .meta(
      secret(
        'mysql://user:password@host:3306/database: MySQL 8.4, or MariaDB from 10.6 on. Without it the facts are in the data folder.',
      ),
    ),
  database_ca_file: text
    .optional()
    .meta(note('Certificates (PEM) of the authority of the database’s certificate; then TLS is used, as with `?ssl=true`.')),
  redis_url: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta(secret('redis://[user:password@]host:6379/0, or rediss://. Without it tasks and queue are in this process.')),
  redis_ca_file: text.optional().meta(note('Certificates (PEM) of the authority of Redis’ certificate, for rediss://.')),
  elasticsearch_url: web.optional().meta(secret('Elasticsearch 9. Without it the index is in the data folder.')),
  elasticsearch_api_key: text.optional().meta(secret('API key for Elasticsearch.')),
  elasticsearch_user: text.optional().meta(note('User for Elasticsearch, with a password, instead of an API key.')),
  elasticsearch_password: text.optional().meta(secret('Password of that user.')),
  elasticsearch_ca_file: text
    .optional()
    .meta(note('Certificates (PEM) of the authority of its certificate: a default install has its own (`http_ca.crt`).')),
  elasticsearch_alias: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, 'small letters, digits, - and _')
    .default('tuodi')
    .meta(
      note(
        'Alias that searches read, and prefix of the names of its indexes: another for each database that shares the cluster.',
      ),
    ),
  s3_bucket: z
    .string()
    .min(3)
    .max(63)
    .optional()
    .meta(note('Bucket of the S3 store; it must exist. Without it pictures are in the data folder.')),
  s3_endpoint: web.optional().meta(note('Endpoint of MinIO, Ceph, R2, OSS …; AWS itself needs none.')),
  s3_public_endpoint: web.optional().meta(
    note('Base URL of links, where clients reach the store by another address than the service.', {
      fallback: 'TUODI_S3_ENDPOINT',
    }),
  ),
  s3_region: text.default('us-east-1').meta(note('Region of the bucket.')),
  s3_access_key: text
    .optional()
    .meta(note('Access key. It goes together with the secret key.', { secret: true, fallback: 'the AWS SDK’s own search' })),
  s3_secret_key: text.optional().meta(secret('Secret key.')),
  s3_path_style: yes
    .default(true)
    .meta(note('The bucket is in the path, not in the host name, as stores other than AWS usually require.')),
  s3_upload_method: z
    .enum(['POST', 'PUT'])
    .default('POST')
    .meta(
      note('How clients upload: a form (the store bounds the size of what comes), or a PUT (for stores that have no forms).'),
    ),
  s3_events_token: Secret.optional().meta(
    secret('Token (`Authorization: Bearer …`) of upload notifications from the store. Without it none is accepted.'),
  ),
  s3_events_token_previous: Secret.optional().meta(secret('Previous token, accepted as well while it is being replaced.')),
};

export const providers = {
  ocr_workers: whole(1, 64)
    .default(Math.min(availableParallelism(), 4))
    .meta(
      note('Pictures that are recognised at once beside this process, each by a process or thread of its own.', {
        fallback: 'the processors, at most 4',
      }),
    ),
  ocr_engine: z
    .enum(['auto', 'ppocr', 'tesseract'])
    .default('auto')
    .meta(
      note(
        'What recognises text here: `ppocr` alone (the start is refused where it cannot run), `tesseract` alone, or `auto`: ppocr, and tesseract where ppocr is weak or cannot run.',
      ),
    ),
  ocr_models: text
    .optional()
    .meta(
      note(
        'Folder with another detector (`*det*.onnx`), recogniser (`*rec*.onnx`) and dictionary (`*.txt`) for ppocr; they are loaded at the start, which a fault ends. Without it: PP-OCRv4 mobile.',
      ),
    ),
  ocr_page_time_limit_ms: whole(1_000, 30 * 60_000)
    .default(120_000)
    .meta(note('Time limit of recognising one page in this process.')),
  ocr_url: web
    .optional()
    .meta(note('A remote OCR engine; see [providers.md](providers.md). Without it recognition is in this process.')),
  ocr_api_key: text.optional().meta(secret('API key of the engine.')),
  ocr_callback_secret: WebhookSecret.optional().meta(
    secret('whsec_…: signs the engine’s callbacks (Standard Webhooks). Without it the engine is polled.'),
  ),
  ocr_callback_secret_previous: WebhookSecret.optional().meta(
    secret('Previous secret, accepted as well while it is being replaced.'),
  ),
  ocr_in_flight: whole(1, 1_000)
    .default(16)
    .meta(note('Maximum jobs of all processes at the remote OCR engine at once; fewer while it is slow.')),
  embedding_dir: text
    .optional()
    .meta(
      note(
        'Folder of a model that makes vectors here, as it is downloaded from Hugging Face: `model.onnx` (or in `onnx/`), `tokenizer.json`, and what says how they are used; see [providers.md](providers.md). It is loaded at the start, which a fault ends.',
      ),
    ),
  embedding_url: web
    .optional()
    .meta(
      note(
        'Base URL of an OpenAI-compatible embeddings API, such as https://api.openai.com/v1. Without it, or a folder, pictures have no vectors, and are found by their words.',
      ),
    ),
  embedding_api_key: text.optional().meta(secret('API key of the embeddings API.')),
  embedding_model: text.max(200).default('text-embedding-3-small').meta(note('Model of the embeddings API.')),
  embedding_dimension: whole(2, 4_096).default(1_536).meta(note('Vector length; a model that returns another is refused.')),
};

export const commands = {
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta(note('URL of a running service.', { fallback: 'the service that runs on the data folder, if any' })),
  api_key: text.optional().meta(secret('An API key. It is sent to `TUODI_URL` only.')),
  drills: z
    .enum(['here'])
    .optional()
    .meta(
      note(
        '`here`: `tuodi drill` breaks things on the servers and in the data folder that are configured. Set it by hand, for one command.',
        {
          fallback: 'servers and a folder of the drill’s own',
        },
      ),
    ),
};
