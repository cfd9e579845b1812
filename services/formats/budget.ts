/** How long decoders may take over one document in all. Waiting for a place to decode at is not counted. */
import { failureOf } from '../../contract/failures.ts';
import { StepError, type StepLimits } from '../../runtime/tasks/step-handler.ts';

export type DecodeBudget = {
  /** Throws DECODE_LIMIT when nothing is left. */
  leftMs(): number;
  spend(ms: number): void;
  /** The error of work that was stopped when its budget was spent. */
  late(): DocumentLate;
};

/** DECODE_LIMIT of the document as a whole: of no page of it. */
export class DocumentLate extends StepError {
  constructor(limit_ms: number) {
    super(failureOf('DECODE_LIMIT', `its decoder took longer than ${limit_ms} ms over the document as a whole`));
  }
}

/** Beside the limit of a small document, for each MiB: 100 pages scanned at 400 dpi have 50 MiB, and are decoded in a minute. */
const EACH_MIB_MS = 3_500;
const MIB = 1_024 * 1_024;

/**
 * By its bytes, which whoever sends it must have: a PDF of 17 KB can ask for as much work as one of 50 MiB, and would hold a place as
 * long. `times`: how often its pages are decoded.
 */
export function decodeBudget(
  { byteLength }: Pick<Uint8Array, 'byteLength'>,
  { document_time_limit_ms }: Pick<StepLimits, 'document_time_limit_ms'>,
  times = 1,
): DecodeBudget {
  const limit_ms = Math.round(times * (document_time_limit_ms + (EACH_MIB_MS * byteLength) / MIB));
  let left_ms = limit_ms;
  const late = () => new DocumentLate(limit_ms);
  return {
    late,
    leftMs() {
      if (left_ms <= 0) throw late();
      return left_ms;
    },
    spend(ms) {
      left_ms -= ms;
    },
  };
}
