/** The text of docs/limits.md, made from the limits themselves: what one caller may use, and what becomes of more. */
import { readConfig } from '../app/config.ts';
import { FAILURE_CODES, type FailureCode } from '../contract/failures.ts';
import { PROBLEMS, type ProblemCode } from '../contract/problems.ts';
import { HTTP_LIMITS } from '../http/limits.ts';

/** setting: of config.ts, without TUODI_. codes: what is answered beyond it, or what the picture then fails with. */
type Row = { what: string; value: string; setting?: keyof typeof DEFAULTS; codes: readonly (ProblemCode | FailureCode)[] };

const DEFAULTS = readConfig({}).config;
const L = HTTP_LIMITS;
const [KIB, MIB] = [1_024, 1_024 * 1_024];
const whole = (value: number) => value.toLocaleString('en');
const kib = (value: number) => `${whole(value / KIB)} KiB`;
const mib = (value: number) => `${whole(value / MIB)} MiB`;
const seconds = (ms: number) => `${whole(ms / 1_000)} s`;

const CALLERS: Row[] = [
  {
    what: `Points of a key: a request is 1; \`explain\`, a corrected text, \`reprocess\`, groups and a form with a file are 5; a bulk change costs as much as its pictures one by one; a search is 5, and from ${5 * L.hits_a_point} hits on a point for each ${L.hits_a_point} that it asks for; a JSON body is one more for each ${kib(L.body_bytes_a_point)}, which is what it takes of everybody's processor`,
    value: `${whole(DEFAULTS.key_points)} in ${L.rate_window_s} s`,
    setting: 'key_points',
    codes: ['TOO_MANY_REQUESTS'],
  },
  {
    what: 'Points of an address (of IPv6: a /64) for requests that show no key: a signed link is 1, what is refused 5. Who shows a key that holds spends none of them',
    value: `${whole(DEFAULTS.address_points)} in ${L.rate_window_s} s`,
    setting: 'address_points',
    codes: ['TOO_MANY_REQUESTS_BY_ADDRESS'],
  },
  {
    what: 'Requests of a key, or of an address without one, at once; more wait in line',
    value: `${L.max_requests_under_way}, and ${L.max_requests_waiting} in line`,
    codes: ['TOO_MANY_UNDER_WAY'],
  },
  {
    what: 'Searches of a key at once',
    value: `${L.max_searches_under_way}, and ${L.max_requests_waiting} in line`,
    codes: ['TOO_MANY_UNDER_WAY'],
  },
  {
    what: 'Forms with files of a key, or uploads by links of an address, at once',
    value: `${L.max_uploads_under_way}, and ${L.max_requests_waiting} in line`,
    codes: ['TOO_MANY_UNDER_WAY'],
  },
  {
    what: 'Requests on one connection that are not answered yet; then it is closed',
    value: whole(L.max_pipelined),
    codes: ['TOO_MANY_UNDER_WAY'],
  },
  {
    what: 'Requests of a key that wait (`Prefer: wait`); a POST beyond is done and does not wait',
    value: whole(L.max_waits),
    codes: ['TOO_MANY_WAITS'],
  },
  { what: 'Readers of events of a key', value: whole(L.max_event_readers), codes: ['TOO_MANY_EVENT_READERS'] },
  { what: 'Readers of events of a process', value: whole(L.event_readers), codes: ['UNAVAILABLE'] },
];

const ORGANISATIONS: Row[] = [
  {
    what: 'Pictures, those in the trash and those announced too',
    value: whole(DEFAULTS.quota_pictures),
    setting: 'quota_pictures',
    codes: ['QUOTA_OF_PICTURES'],
  },
  {
    what: 'Bytes of their originals, and of those announced; previews, texts and the index are not counted',
    value: `${whole(DEFAULTS.quota_bytes / 1_024 ** 3)} GiB`,
    setting: 'quota_bytes',
    codes: ['QUOTA_OF_BYTES'],
  },
  { what: 'Uploads that were announced and have not come', value: whole(L.max_awaited), codes: ['TOO_MANY_UPLOADS_AWAITED'] },
  { what: 'Their bytes', value: `${whole(L.max_announced_bytes / 1_024 ** 3)} GiB`, codes: ['TOO_MANY_BYTES_ANNOUNCED'] },
];

const REQUESTS: Row[] = [
  { what: 'A JSON body', value: mib(L.max_json_bytes), codes: ['TOO_LARGE'] },
  { what: 'Depth of JSON', value: whole(L.max_json_depth), codes: ['BAD_JSON'] },
  { what: 'Values and names in a JSON body', value: whole(L.max_json_values), codes: ['BAD_JSON'] },
  { what: 'A part of a form that is no file', value: kib(L.max_form_json_bytes), codes: ['INVALID'] },
  { what: 'The address, with its query', value: `${whole(L.max_url_chars)} characters`, codes: ['URI_TOO_LONG'] },
  { what: 'Parameters of a query', value: whole(L.max_query_parameters), codes: ['BAD_REQUEST'] },
  { what: 'All headers', value: kib(L.max_header_bytes), codes: ['HEADERS_TOO_LARGE'] },
  { what: 'Time for the headers to arrive', value: seconds(L.headers_timeout_ms), codes: ['REQUEST_TIMEOUT'] },
  { what: 'Time for a request to arrive', value: seconds(L.request_timeout_ms), codes: ['REQUEST_TIMEOUT'] },
];

const PICTURES: Row[] = [
  { what: 'A file', value: mib(DEFAULTS.max_bytes), setting: 'max_bytes', codes: ['TOO_LARGE', 'TOO_MANY_BYTES'] },
  {
    what: 'Kept free on the disk of the data folder, at most a tenth of it: uploads end before it, the rest goes on',
    value: mib(DEFAULTS.disk_reserve_bytes),
    setting: 'disk_reserve_bytes',
    codes: ['STORAGE_FULL'],
  },
  { what: 'Pixels of a page', value: whole(DEFAULTS.max_pixels), setting: 'max_pixels', codes: ['TOO_MANY_PIXELS'] },
  { what: 'Pages', value: whole(DEFAULTS.max_pages), setting: 'max_pages', codes: ['TOO_MANY_PAGES'] },
  {
    what: 'Pixels of all pages',
    value: whole(DEFAULTS.max_document_pixels),
    setting: 'max_document_pixels',
    codes: ['TOO_MANY_PIXELS'],
  },
  {
    what: 'Time of a decoder over a page',
    value: seconds(DEFAULTS.decode_time_limit_ms),
    setting: 'decode_time_limit_ms',
    codes: ['DECODE_LIMIT'],
  },
  {
    what: 'Time of decoders over a document; 3.5 s more for each MiB, and twice as long for recognition',
    value: seconds(DEFAULTS.document_time_limit_ms),
    setting: 'document_time_limit_ms',
    codes: ['DECODE_LIMIT'],
  },
  {
    what: 'Time of recognition over a page',
    value: seconds(DEFAULTS.ocr_page_time_limit_ms),
    setting: 'ocr_page_time_limit_ms',
    codes: ['OCR_TIMEOUT'],
  },
];

const statusOf = (code: string) => (code in PROBLEMS ? `${PROBLEMS[code as ProblemCode].status} ` : '');
const table = (rows: Row[]) =>
  [
    '| what | default | setting | beyond it |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ what, value, setting, codes }) => {
      const variable = setting ? `\`TUODI_${setting.toUpperCase()}\`` : '';
      return `| ${what} | ${value} | ${variable} | ${codes.map((code) => `${statusOf(code)}\`${code}\``).join(', ')} |`;
    }),
  ].join('\n');

export const limitsPage = (): string => `# Limits

<!-- Made by \`npm run docs\` from http/limits.ts and app/settings/: change those, not this. -->

What has no setting is in [http/limits.ts](../http/limits.ts), with its reason. Codes with a number are answers to requests; those without are failures of a picture ([docs/codes.md](codes.md)).

## What one caller may use

${table(CALLERS)}

Answers to a key have \`RateLimit-Policy\` and \`RateLimit\` (draft-ietf-httpapi-ratelimit-headers): how many points there are in a window, how many are left, and in how many seconds all are there again. Every 429 has \`Retry-After\`; the command line waits as long as it says, and goes on. Points are counted in the process, with \`TUODI_REDIS_URL\` in Redis for all processes; what is under way is counted in each process. \`TUODI_RATE_LIMITS=false\` lifts the rates by key and address: for measuring, and where a gateway in front has its own. Behind a proxy set \`TUODI_TRUSTED_PROXIES\`, or all clients have the proxy's address.

Steps of pictures are done in turns: see [decision 48](decisions/0048-turns-and-document-time.md).

## What an organisation may hold

${table(ORGANISATIONS)}

Counted in a row of the database by each commit, so that of many uploads at once exactly as many go through as may, and a look costs the same for ten pictures and a million. A picture counts until it is deleted for good. Versions before migration 0012 do not count: where one ran beside a newer one, the row is off by what it took in.

## A request

${table(REQUESTS)}

## A picture

${table(PICTURES)}
`;

/** For a test. */
export const limitRows = [...CALLERS, ...ORGANISATIONS, ...REQUESTS, ...PICTURES];
export const isCode = (code: string): boolean => code in PROBLEMS || code in FAILURE_CODES;
