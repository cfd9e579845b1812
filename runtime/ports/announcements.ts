/** Tells all processes that the outbox has grown. Best effort: who listens looks by itself from time to time. */
export interface Announcements {
  publish(): Promise<void>;
  /** Resolves once what is published from now on is heard. */
  listen(onPublished: () => void): Promise<void>;
  close(): Promise<void>;
}
