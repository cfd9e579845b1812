/** `tuodi list` and `tuodi show`: which pictures there are, and all about some. */
import { ADVICE, adviceFor } from '../../contract/dead-letters.ts';
import type { ListResources, Resource } from '../../contract/resource.ts';
import { FILTER_OF_ENGINE } from '../../contract/steps.ts';
import { printableLine } from '../../text/printable.ts';
import type { Client } from '../client.ts';
import { reasonText } from '../errors.ts';
import { cut, type Output, table } from '../output.ts';
import { remarkLines } from '../remark-lines.ts';

/** What one call returns at most. */
const PAGE = 200;

export type ListOptions = {
  status?: ListResources['status'];
  phase?: ListResources['phase'];
  remark?: ListResources['remark'];
  tag?: string[];
  sort?: ListResources['sort'];
  limit?: number;
};

/** Prints the newest first, unless sorted otherwise. */
export async function list(client: Client, { limit = 50, ...filters }: ListOptions, out: Output): Promise<void> {
  const items: Resource[] = [];
  let [cursor, more]: [string | undefined, boolean] = [undefined, true];
  while (more && items.length < limit) {
    const query: Partial<ListResources> = {
      ...filters,
      limit: Math.min(PAGE, limit - items.length),
      ...(cursor ? { cursor } : {}),
    };
    const { body } = await client.api.list_resources({ query });
    items.push(...body.items);
    cursor = body.next_cursor ?? undefined;
    more = cursor !== undefined;
  }
  for (const { failure, ...item } of items)
    if (out.json) out.result({ ...item, failure: failure && { ...failure, advice: adviceFor(failure.code) } }, () => '');
  if (items.length === 0) out.print(out.words({ en: 'There are no such pictures.', zh: '没有符合条件的图片。' }));
  else out.print([rowsOf(items, out), ...helpLines(items, out)].join('\n'));
  if (more) out.warn(out.words({ en: `There are more: --limit ${limit * 10}`, zh: `还有更多：--limit ${limit * 10}` }));
}

const TITLES = {
  en: ['resource_id', 'status', 'created', 'title', ''],
  zh: ['resource_id', '状态', '创建时间', '标题', ''],
};
const rowsOf = (items: Resource[], { language }: Output): string =>
  table([
    TITLES[language],
    ...items.map(({ resource_id, status, created_at, metadata, filename, failure, remarks }) => [
      ...[resource_id, status, created_at.slice(0, 16).replace('T', ' ')],
      cut(metadata.title ?? filename, 40),
      failure ? `${failure.step} ${failure.code}` : [...new Set(remarks.map(({ code }) => code))].join(', '),
    ]),
  ]);

/** What helps with each code that stands in a list, once. */
function helpLines(items: Resource[], { language }: Output): string[] {
  const failures = new Map(items.flatMap(({ failure }) => (failure ? [[failure.code, failure.meaning] as const] : [])));
  const colon = language === 'zh' ? '：' : ': ';
  const lines = [...failures].map(([code, meaning]) =>
    printableLine(`  ${code}${colon}${meaning} ${ADVICE[adviceFor(code)][language]}`),
  );
  return lines.length > 0 ? ['', ...lines] : [];
}

export async function show(client: Client, resource_id: string, out: Output): Promise<void> {
  const { body } = await client.api.get_resource({ params: { resource_id } });
  out.result(body, () => shownText(body, out));
}

function shownText(one: Resource, { words, language }: Output): string {
  const { metadata, failure, remarks } = one;
  const rows: [string, string | number | null][] = [
    ['resource_id', one.resource_id],
    [words({ en: 'title', zh: '标题' }), metadata.title],
    [words({ en: 'file', zh: '文件' }), `${one.filename} (${one.content_type}, ${one.byte_size ?? '?'} B)`],
    [
      words({ en: 'status', zh: '状态' }),
      one.phase === 'ready' || one.phase === 'gone' ? one.status : `${one.status}: ${one.waits_for}`,
    ],
    [words({ en: 'until', zh: '期限' }), one.deadline_at],
    [words({ en: 'pages', zh: '页数' }), one.page_count],
    [words({ en: 'read by', zh: '识别引擎' }), readBy(one.reading, words)],
    [words({ en: 'taken', zh: '拍摄时间' }), metadata.taken_at],
    [words({ en: 'tags', zh: '标签' }), metadata.tags.join(', ')],
    [words({ en: 'description', zh: '说明' }), metadata.description],
    [words({ en: 'lacks', zh: '缺少' }), one.metadata_missing.join(', ')],
    [words({ en: 'same bytes as', zh: '内容相同' }), one.duplicate_of],
    [words({ en: 'created', zh: '创建时间' }), one.created_at],
    [words({ en: 'failure', zh: '失败' }), failure && reasonText(failure)],
    [words({ en: 'possible', zh: '可执行' }), one.actions.map(({ event }) => event).join(', ')],
  ];
  const said = rows.filter(([, value]) => value !== null && value !== '').map(([name, value]) => [name, String(value)]);
  return [table(said), ...remarkLines(remarks, language)].join('\n');
}

/** An order that nothing has been read by yet is said as well, and one that another engine did. */
function readBy({ engine, ordered_engine }: Resource['reading'], words: Output['words']): string | null {
  const is_as_ordered = ordered_engine === null || engine === FILTER_OF_ENGINE[ordered_engine];
  if (is_as_ordered) return engine;
  return `${engine ?? '–'} (${words({ en: `ordered: ${ordered_engine}`, zh: `指定：${ordered_engine}` })})`;
}

/** A line about a picture after a change. */
export const changedLine = ({ resource_id, status, metadata, filename, failure }: Resource): string =>
  printableLine(`${resource_id}  ${status}  ${metadata.title ?? filename}${failure ? `  ${reasonText(failure)}` : ''}`);
