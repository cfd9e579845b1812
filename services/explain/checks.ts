/** Looks at what each layer holds of a picture, beside what it should hold. Each throws what its layer throws. */
import { createHash } from 'node:crypto';
import type { Explained } from '../../contract/explain.ts';
import { incomingPrefix, ownPrefix } from '../../contract/object-keys.ts';
import type { Text } from '../../contract/statuses.ts';
import { FACT_ROWS, factsBefore, ROWS } from '../../contract/step-kinds.ts';
import { isAbsent } from '../../runtime/ports/providers.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';
import type { EntryHead } from '../../runtime/ports/search-index.ts';
import type { CheckResult, ExplainParts, Promised, Snapshot } from './snapshot.ts';

type Look = (parts: ExplainParts, subject: Snapshot) => Promise<CheckResult>;

/** Bytes of a picture that are read and hashed again while somebody waits; of a larger one the size alone is compared. */
const HASHED_BYTES = 8 * 1024 * 1024;

const both = (en: string, zh: string): Text => ({ en, zh });
const NONE = both('none', '无');
const REMOVING = both('being removed', '正在删除');
const NOTHING_LEFT = both('none: it was deleted', '无：已删除');
const isGone = ({ status }: Promised) => status === 'DELETED';

/** What must be alike in the row and the lifecycle, beside status, revision and seq. */
const ALIKE = ['phase', 'viewable', 'searchable', 'indexed_revision', 'has_vector'] as const;

const row: Look = async (_, { row, view, instance, unserved }) => {
  const stands = ({ status, revision, seq }: Pick<ResourceColumns, 'status' | 'revision' | 'seq'>, more: string) =>
    both(`${status}, revision ${revision}, seq ${seq}${more}`, `${status}，版本 ${revision}，seq ${seq}${more}`);
  if (unserved !== null) {
    const version = both(`a lifecycle of version ${unserved}`, `版本 ${unserved} 的生命周期`);
    return { expected: version, found: version, ok: true };
  }
  if (!view || !instance)
    return { expected: both('its lifecycle', '其生命周期'), found: both('the lifecycle is gone', '生命周期缺失'), ok: false };
  const differing = ALIKE.filter((field) => view[field] !== row[field]);
  const stateOf = (from: Pick<ResourceColumns, (typeof ALIKE)[number]>) =>
    differing.map((field) => `, ${field} ${from[field]}`).join('');
  const { seq } = instance;
  const same = view.status === row.status && view.revision === row.revision && seq === row.seq;
  return {
    expected: stands({ ...view, seq }, stateOf(view)),
    found: stands(row, stateOf(row)),
    ok: same && differing.length === 0,
  };
};

const bytes: Look = async ({ objects }, { row, view, promised }) => {
  const { picture, leaving } = promised;
  if (picture && !leaving) return original(objects, picture, row.byte_size);
  const [own] = await objects.list(ownPrefix(row), 1);
  const [incoming] = await objects.list(incomingPrefix(row), 1);
  const { status } = promised;
  if (isGone(promised))
    return { expected: NOTHING_LEFT, found: own ? both(`${own.key} is left`, `残留 ${own.key}`) : NONE, ok: !own };
  if (leaving) return { expected: REMOVING, found: own ? both('some are left', '尚有残留') : NONE, ok: true };
  const expected =
    status === 'REJECTED' ? both('none that are a legal picture', '无合法图片') : both('none seen yet', '尚未见到');
  const [some] = [incoming, own].filter((one) => one !== undefined);
  if (!some) return { expected, found: NONE, ok: true };
  const { byte_size } = some;
  if (status === 'AWAITING_UPLOAD' && view?.phase !== 'working')
    return { expected, found: both(`${byte_size} bytes that nobody has reported`, `${byte_size} 字节，尚无人报告`), ok: false };
  return { expected, found: both(`${byte_size} bytes, not taken as a picture`, `${byte_size} 字节，未作为图片接收`), ok: true };
};

async function original(
  objects: ExplainParts['objects'],
  { key, sha256 }: { key: string; sha256: string },
  byte_size: number | null,
): Promise<CheckResult> {
  const expected = both(`${byte_size} bytes at ${key}`, `${key} 处 ${byte_size} 字节`);
  const head = await objects.head(key);
  if (!head) return { expected, found: both('nothing there', '该处无文件'), ok: false };
  const size = head.byte_size;
  const sized = both(`${size} bytes`, `${size} 字节`);
  if (size !== byte_size) return { expected, found: sized, ok: false };
  if (size > HASHED_BYTES)
    return { expected, found: both(`${size} bytes (too many to compare each)`, `${size} 字节（过大，未逐一比对）`), ok: true };
  const stream = await objects.read(key);
  if (!stream) return { expected, found: both('nothing there', '该处无文件'), ok: false };
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  const same = hash.digest('hex') === sha256;
  const compared = same ? both(', by SHA-256 the same', '，SHA-256 一致') : both(', with another SHA-256', '，SHA-256 不一致');
  return { expected, found: both(sized.en + compared.en, sized.zh + compared.zh), ok: same };
}

/** The rows that the saved text is made from. */
const ROWS_OF_TEXT = FACT_ROWS.filter((name) => factsBefore('saved').includes(ROWS[name].fact));

const text: Look = async ({ facts: { texts } }, { row, promised }) => {
  const scope = { org_id: row.org_id };
  const { facts, fact_ids, revision, leaving } = promised;
  if (leaving) return { expected: REMOVING, found: REMOVING, ok: true };
  if (isGone(promised)) {
    const left = await texts.textOf(scope, row.resource_id, Number.MAX_SAFE_INTEGER);
    return { expected: NOTHING_LEFT, found: left ? both('a text is left', '尚有残留文字') : NONE, ok: !left };
  }
  const missing: Text[] = [];
  for (const name of ROWS_OF_TEXT) {
    const [id, { stored_as, words }] = [fact_ids[name], ROWS[name]];
    if (id !== null && !(await texts[stored_as](scope, id))) missing.push(words);
  }
  const { correction, saved } = fact_ids;
  const kept = saved === null ? null : await texts.text(scope, saved);
  if (saved !== null && !kept) missing.push(ROWS.saved.words);
  const expected =
    facts.saved === revision
      ? both(`saved for revision ${revision}`, `已为版本 ${revision} 保存`)
      : facts.text === revision
        ? both(`read, not saved for revision ${revision} yet`, `已识别，尚未为版本 ${revision} 保存`)
        : both(`not read for revision ${revision} yet`, `尚未为版本 ${revision} 识别`);
  if (missing.length > 0) {
    const list = (language: keyof Text, between: string) => missing.map((one) => one[language]).join(between);
    return { expected, found: both(`missing: ${list('en', ', ')}`, `缺少：${list('zh', '、')}`), ok: false };
  }
  if (!kept) return { expected, found: NONE, ok: facts.saved !== revision };
  const { pages } = kept.saved;
  const chars = pages.reduce((sum, page) => sum + page.text.length, 0);
  const by = row.engine === null ? both('', '') : both(`, read by ${row.engine}`, `，由 ${row.engine} 识别`);
  const corrected = correction ? both(', corrected by a person', '，经人工更正') : both('', '');
  const of = `${kept.revision}`;
  return {
    expected,
    found: both(
      `saved at revision ${of}: ${pages.length} page(s), ${chars} characters${by.en}${corrected.en}`,
      `版本 ${of} 保存：${pages.length} 页，${chars} 字符${by.zh}${corrected.zh}`,
    ),
    ok: true,
  };
};

const NO_EMBEDDER = both('none: no embedder was configured', '无：当时未配置向量服务');

const vector: Look = async ({ facts: { texts }, embedder }, { row, promised }) => {
  const { facts, fact_ids, revision, leaving } = promised;
  if (leaving || isGone(promised)) return { expected: leaving ? REMOVING : NOTHING_LEFT, found: NONE, ok: true };
  const id = fact_ids.embedded;
  const is_made = facts.embedded === revision;
  const absent = isAbsent(embedder);
  const made = absent
    ? NO_EMBEDDER
    : both(`${embedder.model}, ${embedder.dimension} numbers`, `${embedder.model}，${embedder.dimension} 维`);
  const expected = is_made ? made : both(`not made for revision ${revision} yet`, `尚未为版本 ${revision} 生成`);
  if (id === null) return { expected: is_made ? NO_EMBEDDER : expected, found: NONE, ok: true };
  const kept = await texts.embedding({ org_id: row.org_id }, id);
  if (!kept) return { expected, found: both('its row is missing', '记录缺失'), ok: false };
  const { model, passages } = kept;
  const numbers = passages[0]?.length ?? 0;
  const fits = absent || (model === embedder.model && numbers === embedder.dimension);
  const of = both(
    `${model}, ${numbers} numbers, ${passages.length} passage(s)`,
    `${model}，${numbers} 维，${passages.length} 段`,
  );
  return { expected, found: of, ok: fits || !is_made };
};

const index_entry: Look = async ({ index }, { row, promised }) => {
  const { resource_id, org_id } = row;
  const [head] = await index.heads({ org_id }, [resource_id]);
  const { facts, revision, has_vector, leaving } = promised;
  const found = headWords(head);
  if (leaving) return { expected: REMOVING, found, ok: true };
  if (isGone(promised)) return { expected: NOTHING_LEFT, found, ok: !head || head.deleted };
  const { indexed } = facts;
  // A write of our own may be in before its commit: that is no wrong entry.
  if (indexed === null)
    return { expected: both('none yet', '尚无'), found, ok: !head || head.deleted || head.revision <= revision };
  const vectored = has_vector ? both(', with its vector', '，含向量') : both(', its text alone', '，仅文字');
  const expected = both(`revision ${indexed}${vectored.en}`, `版本 ${indexed}${vectored.zh}`);
  const holds = head && !head.deleted && head.revision >= indexed && head.revision <= revision;
  return { expected, found, ok: Boolean(holds && (head.revision > indexed || head.has_vector === has_vector)) };
};

function headWords(head: EntryHead | undefined): Text {
  if (!head) return NONE;
  const { revision, deleted, has_vector } = head;
  if (deleted) return both(`removed, at revision ${revision}`, `已移除（版本 ${revision}）`);
  const vectored = has_vector ? both(', with its vector', '，含向量') : both(', its text alone', '，仅文字');
  return both(`revision ${revision}${vectored.en}`, `版本 ${revision}${vectored.zh}`);
}

/** All but the search, which is a look of its own. */
export const CHECKS: Record<Exclude<Explained, 'search'>, Look> = { row, bytes, text, vector, index_entry };
