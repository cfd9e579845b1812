/** An embeddings service of the tests, which can refuse, or be away. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const DIMENSION = 8;
/** well: answers; refusing: says that the work is none of its; away: hangs up on whoever calls. */
export type Mood = 'well' | 'refusing' | 'away';

export type Embedder = { env: NodeJS.ProcessEnv; mood: Mood; stop(): Promise<void> };

/** env: the settings of a service that uses it. */
export async function embedder(): Promise<Embedder> {
  const server = createServer(async (req, res) => {
    if (embedding.mood === 'away') return void res.destroy();
    if (embedding.mood === 'refusing') return void res.writeHead(400).end('{"error": {"message": "not this"}}');
    const { input }: { input: string[] } = JSON.parse(await text(req));
    const data = input.map((words, index) => ({ object: 'embedding', index, embedding: vectorOf(words) }));
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ object: 'list', data }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens
  const embedding: Embedder = {
    env: {
      TUODI_EMBEDDING_URL: `http://127.0.0.1:${port}/v1`,
      TUODI_EMBEDDING_API_KEY: 'of-the-tests',
      TUODI_EMBEDDING_DIMENSION: String(DIMENSION),
    },
    mood: 'well',
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return embedding;
}
/** Other words, another direction. */
const vectorOf = (words: string): number[] =>
  Array.from({ length: DIMENSION }, (_, k) => 1 + ((words.codePointAt(k % Math.max(1, words.length)) ?? 0) % 17));
