/** Numbers that every index finds by. */

/** Nearest vectors that are listed: there is no end to nearness. */
export const NEAREST = 200;
