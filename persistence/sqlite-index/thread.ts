/** The search thread: everything that touches the file of the index, away from the event loop that serves people. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answers, Asked, Question, ThreadOptions, Told } from './calls.ts';
import { Columns } from './columns.ts';
import { openFile } from './file.ts';
import { searcher } from './search.ts';
import { Vectors } from './vectors.ts';
import { heads, loadColumns, loadVectors, scan, writer } from './write.ts';

if (parentPort) serve(parentPort, workerData);

/** What is thrown before `ready` ends the thread, and reaches the one who started it. */
function serve(port: NonNullable<typeof parentPort>, { path, vector_floor }: ThreadOptions): void {
  const { db, made_anew } = openFile(path);
  const [columns, vectors] = [new Columns(), new Vectors()];
  loadColumns(db, columns);
  loadVectors(db, vectors);
  const write = writer(db, columns, vectors);
  const search = searcher({ db, columns, vectors, vector_floor });

  function answer(question: Question): Answers[keyof Answers] {
    switch (question.ask) {
      case 'write':
        return write(question.writes);
      case 'search':
        return search(question.org_id, question.query);
      case 'heads':
        return heads(db, question.org_id, question.ids);
      case 'scan':
        return scan(db, question.after, question.limit);
      case 'ping':
        db.prepare('SELECT count(*) FROM sqlite_schema').get();
        return null;
      case 'close':
        db.close();
        port.unref(); // with nothing to wait for, the thread ends
        return null;
    }
  }
  const tell = (told: Told) => port.postMessage(told);
  port.on('message', ({ id, question }: Asked) => {
    try {
      tell({ told: 'answer', id, answer: answer(question) });
    } catch (error) {
      tell({ told: 'error', id, message: error instanceof Error ? error.message : String(error) });
    }
  });
  tell({ told: 'ready', made_anew });
}
