/** What is chosen in the library: a set of ids, and from where a range goes. */
import { createStore } from '@xstate/store-react';

export const choice = createStore({
  context: { ids: new Set<string>() as ReadonlySet<string>, from: null as string | null },
  on: {
    toggle: ({ ids }, { id }: { id: string }) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      return { ids: next, from: id };
    },
    /** All of these too: from the one chosen last to this one. */
    add: ({ ids }, { more, from }: { more: readonly string[]; from: string }) => ({ ids: new Set([...ids, ...more]), from }),
    none: () => ({ ids: new Set<string>(), from: null }),
    without: ({ ids, from }, { gone }: { gone: readonly string[] }) => {
      const next = new Set(ids);
      for (const id of gone) next.delete(id);
      return { ids: next, from: from !== null && next.has(from) ? from : null };
    },
  },
});
