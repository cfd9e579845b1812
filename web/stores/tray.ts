/** What was handed over for adding: the frame takes drops, pastes and the key; the room of adding takes it from here. */
import { createStore } from '@xstate/store-react';
import { kept } from '../world.ts';

/** Set while a tab has left something to be sent; see add/uploads.ts. */
export const UPLOADS_KEPT = 'uploads';

/** used: since the page was loaded. open: the sheet lies over the page. files: handed over and not taken yet. samples: the first minute asks for those of the project. kept: something was left by a tab before this one. */
export const tray = createStore({
  context: { used: false, open: false, files: [] as readonly File[], samples: false, kept: kept(UPLOADS_KEPT) !== null },
  on: {
    open: (context) => ({ ...context, used: true, open: true }),
    close: (context) => ({ ...context, open: false }),
    hand: (context, { files }: { files: readonly File[] }) => ({
      ...context,
      used: true,
      open: true,
      files: [...context.files, ...files],
    }),
    samples: (context) => ({ ...context, used: true, open: true, samples: true }),
    taken: (context) => ({ ...context, files: [], samples: false }),
  },
});
