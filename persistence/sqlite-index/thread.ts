/** The search thread: everything that touches the file of the index, away from the event loop that serves people. */
import { parentPort } from 'node:worker_threads';
import type { Sqlite } from '../sqlite/database.ts';
import type { Answers, Question, ThreadOptions, WorkerReply, WorkerRequest } from './calls.ts';
import { candidateFinder } from './candidates.ts';
import { Columns } from './columns.ts';
import { faultOf } from './faults.ts';
import { isOutdated, openFile, watchFile } from './file.ts';
import { searcher } from './search.ts';
import { Vectors } from './vectors.ts';
import { loadVocabulary, Vocabulary } from './vocabulary.ts';
import { contents, forget, heads, loadColumns, loadVectors, scan, writer } from './write.ts';

/** Its first message says what it opens; null: nothing, and it ends. */
const port = parentPort;
port?.once('message', (options: ThreadOptions | null) => options && serve(port, options));

/** The file, with all that is kept in memory of it. */
function opened({ path, model }: ThreadOptions) {
  const { db, made_anew } = openFile(path);
  return { db, made_anew, file: watchFile(path, db), ...loaded(db, model) };
}
function loaded(db: Sqlite, model: string | null) {
  const [columns, vectors, vocabulary] = [new Columns(), new Vectors(model), new Vocabulary()];
  loadColumns(db, columns);
  loadVectors(db, vectors);
  loadVocabulary(db, vocabulary);
  return {
    write: writer({ db, columns, vectors, vocabulary }),
    search: searcher({ db, columns, vectors }),
    ...candidateFinder({ db, columns, vocabulary }),
  };
}

/** What is thrown before `ready` ends the thread, and reaches the one who started it. */
function serve(port: NonNullable<typeof parentPort>, options: ThreadOptions): void {
  let now = opened(options);

  /** What can't be opened ends the thread: the next one says why, or can. */
  function reopened(): ReturnType<typeof opened> {
    try {
      return opened(options);
    } catch (error) {
      port.close();
      throw error;
    }
  }
  /** Another file, or what somebody else has written, is read anew: searches would go on by what was there before. */
  function identity(): string {
    if (now.file.isReplaced()) {
      now.db.close();
      now = reopened();
      send({ kind: 'ready', made_anew: now.made_anew });
    } else if (now.file.isWritten()) now = { ...now, ...loaded(now.db, options.model) };
    return now.file.identity();
  }
  function answer(question: Question): Answers[keyof Answers] {
    switch (question.ask) {
      case 'write':
        return now.write(question.writes);
      case 'search':
        return now.search(question.org_id, question.query);
      case 'candidates':
        return now.candidates(question.org_id, question.filters, question.weighed, question.limit);
      case 'counts':
        return now.counts(question.org_id, question.filters, question.sought);
      case 'heads':
        return heads(now.db, question.org_id, question.ids);
      case 'contents':
        return contents(now.db, question.org_id, question.ids);
      case 'scan':
        return scan(now.db, question.after, question.limit);
      case 'forget':
        forget(now.db, question.org_id, question.ids);
        return null;
      case 'count':
        return Number(now.db.prepare('SELECT count(*) AS n FROM entries WHERE deleted = 0').get()?.n ?? 0);
      case 'identity':
        return identity();
      case 'outdated':
        return isOutdated(now.db);
      case 'ping':
        now.db.prepare('SELECT count(*) FROM sqlite_schema').get();
        return null;
      case 'close':
        now.db.close();
        port.unref(); // with nothing to wait for, the thread ends
        return null;
    }
  }
  const send = (reply: WorkerReply) => port.postMessage(reply);
  port.on('message', ({ id, question }: WorkerRequest) => {
    try {
      send({ kind: 'answer', id, answer: answer(question) });
    } catch (error) {
      send({ kind: 'error', id, ...faultOf(error) });
    }
  });
  send({ kind: 'ready', made_anew: now.made_anew });
}
