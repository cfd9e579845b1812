/** What was handed over for adding: the frame takes drops, pastes and the key; the room of adding takes it from here. */
import { createStore } from '@xstate/store-react';

/** open: the sheet lies over the page. files: handed over and not taken yet. samples: the first minute asks for those of the service. */
export const tray = createStore({
  context: { open: false, files: [] as readonly File[], samples: false },
  on: {
    open: (context) => ({ ...context, open: true }),
    close: (context) => ({ ...context, open: false }),
    hand: (context, { files }: { files: readonly File[] }) => ({ ...context, open: true, files: [...context.files, ...files] }),
    samples: (context) => ({ ...context, open: true, samples: true }),
    taken: (context) => ({ ...context, files: [], samples: false }),
  },
});
