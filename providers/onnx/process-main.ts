/** The inside of a process that makes vectors: loads the model, then takes some texts after the other. */
import { serveParent } from '../local/process-main.ts';
import { openModel } from './model.ts';
import type { ModelFolder } from './model-folder.ts';
import type { Embedded, Request } from './process.ts';

const [folder = '{}', priority = '0'] = process.argv.slice(2);

await serveParent<Request, Embedded>({
  priority: Number(priority),
  async open() {
    const embed = await openModel(JSON.parse(folder) as ModelFolder); // said by our own side
    return async ({ texts }) => {
      const vectors: Float32Array[] = [];
      for (const text of texts) vectors.push(await embed(text));
      return { vectors };
    };
  },
});
