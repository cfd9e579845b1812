/** A service with an embedder, in a process of its own, which is killed: it says where it is. */
import { served } from '../worlds/embed-story.ts';

const [data = '', model = ''] = process.argv.slice(2);
const { url, key } = await served({ TUODI_DATA_DIR: data, TUODI_EMBEDDING_DIR: model });
process.send?.({ url, key });
