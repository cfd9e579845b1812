/** Keeps the shelf true to what happens: events move strokes by themselves; here new pictures come, removed ones go, counts are read again. */
import { onPictureEvent, pictureNow } from '../../stores/pictures.ts';
import { query } from '../../stores/query.ts';
import { after } from '../../world.ts';
import { isSearch } from './question.ts';
import { ask, loadedIds, recount, shelf } from './shelf-store.ts';

const ASK_MS = 500;
const COUNT_MS = 2_000;
/** Farther down than this, new pictures wait until they are asked for. */
const AT_TOP_PX = 160;

/** The answer ends it. */
export function followShelf(): () => void {
  let ask_soon: (() => void) | null = null;
  let count_soon: (() => void) | null = null;
  const askSoon = () => {
    ask_soon ??= after(ASK_MS, () => {
      ask_soon = null;
      void ask(query.getSnapshot().context);
    });
  };
  const countSoon = () => {
    count_soon ??= after(COUNT_MS, () => {
      count_soon = null;
      recount(query.getSnapshot().context).catch(() => {}); // the next event has them counted again
    });
  };
  const end = onPictureEvent((event) => {
    if (event === null) return askSoon();
    const { resource_id, from, phase } = event.data;
    const asked = query.getSnapshot().context;
    countSoon();
    if (phase === 'gone' && !asked.trash) return shelf.trigger.gone({ ids: [resource_id] });
    const is_new = isSearch(asked) ? event.type === 'resource.searchable' && !isShown(resource_id) : from === null;
    const comes_back =
      from !== null && !isSearch(asked) && pictureNow(resource_id) !== null && !isShown(resource_id) && !asked.trash;
    if (!is_new && !comes_back) return;
    if (scrollY <= AT_TOP_PX) askSoon();
    else if (is_new) shelf.trigger.came();
  });
  return () => {
    end();
    ask_soon?.();
    count_soon?.();
  };
}
const isShown = (id: string): boolean => loadedIds().includes(id);
