/** What `ingest` prints for people: a row a file, why files failed, what each lacks, and what was left out. */
import path from 'node:path';
import { printableLine } from '../../text/printable.ts';
import { reasonText } from '../errors.ts';
import type { Language } from '../language.ts';
import { cut, table } from '../output.ts';
import { remarkLines } from '../remark-lines.ts';
import type { LeftOut } from './found.ts';
import { type Ingest, type Ingested, NOT_SENT } from './ingest.ts';

const WORDS = {
  en: { file: 'file', status: 'status', not_taken: 'not taken', same: (id: string) => `same bytes as ${id}` },
  zh: { file: '文件', status: '状态', not_taken: '未收取', same: (id: string) => `与 ${id} 内容相同` },
};
export const notTaken = (language: Language): string => WORDS[language].not_taken;
export const sameBytes = (language: Language, id: string): string => WORDS[language].same(id);

/** Files that were not sent for no fault of their own are counted, not listed. */
export function ingestText({ results: all, left_out, files, not_sent, gone }: Ingest, language: Language): string {
  const results = all.filter(({ failure }) => failure === null || !NOT_SENT.has(failure.code));
  const failed = results.filter(({ failure }) => failure !== null);
  const remarked = results.filter(({ remarks }) => remarks.length > 0);
  const parts = [
    results.length > 0 ? [ingestTable(results, language)] : [],
    failed.map(({ file, failure }) => printableLine(`${file}: ${failure ? reasonText(failure) : ''}`)),
    remarked.flatMap(({ file, remarks }) => [printableLine(`${path.basename(file)}:`), ...remarkLines(remarks, language)]),
    leftOutLines(left_out, language),
    not_sent > 0 ? [stoppedText({ files, not_sent, gone }, language)] : [],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function ingestTable(results: Ingested[], language: Language): string {
  const { file: file_word, status: status_word, not_taken, same } = WORDS[language];
  const rows = results.map(({ file, status, duration_ms, resource_id, duplicate_of, failure }) => [
    cut(path.basename(file), 40),
    status ?? not_taken,
    String(duration_ms),
    resource_id ?? '',
    failure ? failure.code : duplicate_of ? same(duplicate_of) : '',
  ]);
  return table([[file_word, status_word, 'ms', 'resource_id', ''], ...rows]);
}

/** A line, or none. */
export function leftOutLines({ other, folder_links, special }: LeftOut, language: Language): string[] {
  const count = (n: number, one: string, more: string, zh: string) =>
    n === 0 ? [] : [language === 'zh' ? `${zh} ${n} 个` : `${n} ${n === 1 ? one : more}`];
  const counts = [
    ...count(other, 'file that is no picture', 'files that are no pictures', '非图片文件'),
    ...count(folder_links, 'link to a folder, not followed', 'links to folders, not followed', '指向文件夹的链接（不跟随）'),
    ...count(special, 'pipe, socket or device', 'pipes, sockets or devices', '管道、套接字或设备'),
  ];
  if (counts.length === 0) return [];
  return [language === 'zh' ? `未收取：${counts.join('，')}。` : `Left out: ${counts.join('; ')}.`];
}

function stoppedText({ files, not_sent, gone }: Pick<Ingest, 'files' | 'not_sent' | 'gone'>, language: Language): string {
  const done = files - not_sent;
  if (language === 'zh')
    return `${gone === null ? '已停止' : `已停止：${gone}`}。共 ${files} 个文件，${done} 个已有结果，${not_sent} 个没有，其中有些可能已被收取。再次运行同一命令可继续，不会重复收取。`;
  const why = gone === null ? 'Stopped' : `Stopped: ${gone}`;
  return `${why}. Of ${files} files ${done} are done, ${not_sent} are not; the service may have some of these already. The same command, run again, sends the rest; nothing is taken in twice.`;
}
