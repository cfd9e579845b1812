/** What a comparison finds wrong with a picture, and how it is put right. */
import type { ResourceEvent } from '../../contract/events.ts';
import type { FindingCode } from '../../contract/findings.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { RuntimeLimits } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { Objects } from '../../runtime/ports/objects.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { CheckedPicture, CheckedRow, Rewrite } from '../../runtime/ports/verification.ts';
import type { Engine } from '../../runtime/resources/engine.ts';
import type { Lifecycle } from '../../runtime/resources/lifecycle.ts';
import { isGone } from '../maintenance/clear-leftovers.ts';

export type VerifyParts = {
  facts: Facts;
  objects: Objects;
  index: SearchIndex;
  engine: Pick<Engine, 'send'>;
  lifecycle: Pick<Lifecycle, 'kernel' | 'columns'>;
  clock: Clock;
  limits: RuntimeLimits;
};

/** rewrite: by compare-and-swap on the `seq` that it was found at. */
export type Heal = { event: ResourceEvent } | { rewrite: Rewrite };
/** A finding of a picture. heal: null where only a person can mend it. */
export type Found = {
  finding: FindingCode;
  org_id: string;
  resource_id: string;
  seq: number | null;
  subject: string;
  detail: string;
  heal: Heal | null;
};

/** What belongs to no living picture. subject: an id, or a prefix of the store. mark: what must be the same at the second look. */
export type Stranger = {
  finding: FindingCode;
  org_id: string;
  resource_id: string;
  subject: string;
  mark: number;
  detail: string;
};

export const found = (
  finding: FindingCode,
  { resource_id, org_id, instance }: CheckedPicture,
  detail: string,
  { heal = null, subject = resource_id }: { heal?: Heal | null; subject?: string } = {},
): Found => ({ finding, org_id, resource_id, seq: instance?.seq ?? null, subject, detail, heal });

/** What is looked for again: the same finding of the same thing. */
export const sameness = ({ finding, resource_id, subject, seq }: Found): string =>
  [finding, resource_id, subject, seq].join('\n');

/** A picture whose lifecycle and row can be read. */
export type Sound = CheckedPicture & { instance: NonNullable<CheckedPicture['instance']>; row: CheckedRow };
export const isSound = (picture: CheckedPicture): picture is Sound =>
  picture.instance !== null && picture.row !== null && picture.instance.seq === picture.row.seq;

/** There is nothing of it: no row and no lifecycle, not even one that can't be read. */
export const isNowhere = (picture: CheckedPicture | undefined): boolean => picture === undefined;
/** Its row and its lifecycle agree that it is gone for good. */
export const isGoneForGood = (picture: CheckedPicture): boolean =>
  isSound(picture) && isGone({ ...picture.row, retry_step: null });
