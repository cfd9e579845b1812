/** The filters of lists, counts and bulk changes, as the facts take them. */
import type { CountResources } from '../../contract/resource.ts';
import type { ResourceFilter } from '../../runtime/ports/resources.ts';

export type Filters = Omit<CountResources, 'viewable' | 'searchable'> & { viewable?: Flag; searchable?: Flag };
/** Of a query, or of JSON. */
type Flag = 'true' | 'false' | boolean | undefined;

const PLAIN = [
  'status',
  'phase',
  'tag',
  'not_tag',
  'batch_id',
  'sha256',
  'remark',
  'failure_code',
  'failure_step',
  'engine',
] as const;

export function filterOf(filters: Filters): ResourceFilter {
  const { viewable, searchable, created_from, created_to } = filters;
  const plain = PLAIN.flatMap((name) => (filters[name] ? [[name, filters[name]]] : []));
  return {
    ...Object.fromEntries(plain),
    ...(viewable === undefined ? {} : { viewable: isTrue(viewable) }),
    ...(searchable === undefined ? {} : { searchable: isTrue(searchable) }),
    ...(created_from ? { created_from: Date.parse(created_from) } : {}),
    ...(created_to ? { created_to: Date.parse(created_to) } : {}),
  };
}
const isTrue = (flag: NonNullable<Flag>): boolean => flag === true || flag === 'true';

/** Of a list: what was withdrawn from readers is in it for who asks for it, as a trash is. */
export const listFilterOf = (filters: Filters): ResourceFilter =>
  filters.phase || filters.status ? filterOf(filters) : { ...filterOf(filters), not_phase: 'gone' };
