/** What the tabs of a browser tell each other about what is being added. */
import type { Batch, Details } from './kept.ts';
import type { View } from './uploads.ts';

/** What another tab says: pictures as they are shown, files that were added there, what a person did there. */
export type Message =
  | { type: 'views'; views: View[]; removed: string[] }
  | { type: 'moving'; next_try_at: number | null; speed: number }
  | { type: 'batch'; batch: Batch | null }
  | { type: 'own'; id: string; own: Partial<Details> }
  | { type: 'more' }
  | { type: 'command'; command: Command };
export type Command =
  | { name: 'now' | 'retry_all' }
  | { name: 'retry' | 'leave_out' | 'describe'; id: string }
  | { name: 'pause'; on: boolean };
