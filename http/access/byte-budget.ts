/** A bound on what is held in memory of callers whom nobody knows yet, all of them together. */

export type ByteBudget = {
  /** So many bytes may come now; call what it answers once they are gone. null: there is no room. */
  take(bytes: number): (() => void) | null;
};

export function byteBudget(max_bytes: number): ByteBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > max_bytes) return null;
      taken += bytes;
      let is_held = true;
      return () => {
        if (is_held) taken -= bytes;
        is_held = false;
      };
    },
  };
}
