/** Notifies all processes that the outbox has grown. Best effort: listeners also poll. */
export interface Announcements {
  publish(): Promise<void>;
  /** Resolves once everything published from then on is received. */
  listen(onPublished: () => void): Promise<void>;
  close(): Promise<void>;
}
