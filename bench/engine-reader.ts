/** Engines that read pictures for a bench, each in a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Asked = { file: string };
/**
 * by: the engine whose text it is. ms, cpu_ms: of reading it, without decoding. memory_mb: resident afterwards; peak_mb: the most until
 * then; of the process and what it started.
 */
export type Read = {
  text: string;
  words: { text: string; confidence: number }[];
  by: string;
  ms: number;
  cpu_ms: number;
  memory_mb: number;
  peak_mb: number;
};
/** start_ms: until it could read. */
export type Reader = { name: string; start_ms: number; read(file: string): Promise<Read>; end(): Promise<void> };

const SCRIPT = fileURLToPath(new URL('./reading-process.js', import.meta.url));

/** `engine`: a value of TUODI_OCR_ENGINE. Rejects when it can't read here. */
export async function startReader(engine: string, workers = 1): Promise<Reader> {
  const began = performance.now();
  const child = fork(SCRIPT, [engine, String(workers)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const waiting = new Map<number, { resolve(read: Read): void; reject(error: Error): void }>();
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void ended.then(() => reject(new Error(`the engine ${engine} does not start here`)));
  });
  let last = 0;
  child.on('message', ({ id, read, error }: { id: number; read?: Read; error?: string }) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (read) one?.resolve(read);
    else one?.reject(new Error(error));
  });
  return {
    name: engine,
    start_ms: performance.now() - began,
    read: (file) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.send({ id, file });
      }),
    async end() {
      child.disconnect();
      await ended;
    },
  };
}
