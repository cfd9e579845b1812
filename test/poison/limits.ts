/** The limits of a service that is given bad pictures. */
import type { ServiceOptions } from '../../app/create-service.ts';

/** page_ms: of one page at the recogniser. decode_ms: of a decoder over one page. */
export type Limits = { page_ms: number; decode_ms: number };
/** Small, so that what is refused by them is refused in seconds; a slip of paper takes 0.2 s, and 3 s on a machine that stalls. */
export const QUICK: Limits = { page_ms: 8_000, decode_ms: 5_000 };
/**
 * What is large is decoded to its end, legal or not, and its pages are read, on a busy machine too: decoders give way to engines, and what
 * takes 3 s alone was seen to take 30 beside seven others.
 */
export const PATIENT: Limits = { page_ms: 60_000, decode_ms: 120_000 };
const OCR_WORKERS = 2;
const ATTEMPTS = 2;

export const OPTIONS: Partial<ServiceOptions> = { task_limits: { max_attempts: ATTEMPTS, backoff_base_ms: 50 } };
export const variables = ({ page_ms, decode_ms }: Limits) => ({
  TUODI_LISTEN: '127.0.0.1:0',
  TUODI_LOG_LEVEL: 'fatal', // what fails is told by its resource
  TUODI_RATE_LIMITS: 'false', // the test looks at each picture many times a second
  TUODI_OCR_WORKERS: String(OCR_WORKERS),
  TUODI_OCR_PAGE_TIME_LIMIT_MS: String(page_ms),
  TUODI_DECODE_TIME_LIMIT_MS: String(decode_ms),
});
