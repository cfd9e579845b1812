/** What a process does that one of its pictures kills: told by its parent as JSON. */

/** Pictures, numbered from 0; this one is the killer, in the midst of the others. */
export const PICTURES = 11;
export const KILLER = 4;
/** `kills_in`: the step in which the killer kills its process; null: in none. `read_ms`: how long each picture is read. */
export type Shape = { kills_in: 'inspect' | 'ocr' | null; read_ms: number; backoff_base_ms: number };
