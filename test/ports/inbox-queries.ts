/** What the inbox asks of the facts, for tests that look at the plans of its queries: by the name of a question, the index that must answer it. */
import type { Facts } from '../../runtime/ports/facts.ts';
import type { ResourceFilter, ResourceSort } from '../../runtime/ports/resources.ts';
import { ORG } from './facts-rows.ts';

const scope = { org_id: ORG };
const list =
  (filter: ResourceFilter, sort: ResourceSort, key: number | null = 5) =>
  async (facts: Facts): Promise<void> => {
    for (const after of [null, { key, resource_id: 'r' }]) await facts.resources.list(scope, filter, { sort, after, limit: 50 });
  };

type Question = { ask: (facts: Facts) => Promise<unknown>; index: RegExp };
/** Each costs the same however many pictures there are that do not match. */
export const QUESTIONS: Record<string, Question> = {
  'shown, but not findable': { ask: list({ viewable: true, searchable: false }, '-created_at'), index: /resources_shown/ },
  'failed in one way': {
    ask: list({ failure_step: ['index'], failure_code: ['INDEX_REFUSED'] }, '-created_at'),
    index: /resources_by_failure/,
  },
  viewable: { ask: list({ viewable: true }, '-created_at'), index: /resources_newest/ },
  findable: { ask: list({ viewable: true, searchable: true }, '-created_at'), index: /resources_newest/ },
  'read by one engine': { ask: list({ engine: ['tesseract.js'] }, '-created_at'), index: /resources_by_engine/ },
  'by deadline': { ask: list({ not_phase: 'gone' }, 'deadline_at'), index: /resources_deadlines/ },
  'by deadline, in one phase': { ask: list({ phase: ['needs_person'] }, 'deadline_at'), index: /resources_by_deadline/ },
  'by deadline, those without one': { ask: list({ phase: ['ready'] }, 'deadline_at', null), index: /resources_by_deadline/ },
};
/** Each reads as many entries of an index as match, and no row beside those that are returned. */
export const COUNTED: Record<string, Question> = {
  'groups of what is missing': { ask: (facts) => facts.groups.missing(scope, ['title'], 6), index: /resources_lacking/ },
  'groups of failures': { ask: (facts) => facts.groups.failed(scope, 6), index: /resources_failed|resources_by_failure/ },
  'not viewable': { ask: list({ viewable: false, not_phase: 'gone' }, '-created_at'), index: /resources_shown/ },
  'not findable': { ask: list({ searchable: false, not_phase: 'gone' }, '-created_at'), index: /resources_shown/ },
  'failed by code': { ask: list({ failure_code: ['INDEX_REFUSED'] }, '-created_at'), index: /resources_by_failure/ },
  'failed in a step': { ask: list({ failure_step: ['index'] }, '-created_at'), index: /resources_by_failure/ },
};
