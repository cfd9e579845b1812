/** What a person typed, understood: the same for every index. */

/** One thing to be found: its tokens stand one after the other in the same field. `weight` 1; less for what is implied. */
export type QueryTerm = { tokens: string[]; prefix: boolean };
/** `all`: each must be found; `none`: none may be; `tags`: exact tags (from `tag:`). Empty `all` and `tags`: lists by newest. */
export type ParsedQuery = { all: QueryTerm[]; none: QueryTerm[]; tags: string[]; text: string };
