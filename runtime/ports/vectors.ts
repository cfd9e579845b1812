import type { Scope } from './scope.ts';

/** Which pictures that rest, INDEXED, lack vectors of a model, of all organisations or one. */
export interface VectorRows {
  /**
   * Among the next `look` pictures behind `after`, by their ids, those that lack them. next: the last that was looked at; null: there are no
   * others.
   */
  lacking(
    scope: Scope | null,
    of: { model: string; dimension: number },
    page: { after: string | null; look: number },
  ): Promise<{ lacking: { resource_id: string; org_id: string; seq: number }[]; next: string | null }>;
}
