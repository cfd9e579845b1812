/** A JSON value: everything that is stored or sent is of this type. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
