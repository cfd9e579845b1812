/** Why a picture can or cannot be found: the facts as checked at that moment, its pending jobs and timers, and what would make it move. */
import { z } from 'zod';
import { RemarkAnswer } from './remarks.ts';
import { FailureAnswer } from './resource.ts';
import type { Text } from './statuses.ts';
import { Task } from './task.ts';

/** In the order in which each is made from those before it: the first that is broken is the cause, those after it may be its effects. */
export const EXPLAINED = ['row', 'bytes', 'text', 'vector', 'index_entry', 'search'] as const;
export type Explained = (typeof EXPLAINED)[number];

/** fact: what it is; broken: what it means for the picture that it is not as expected. */
export const EXPLAINED_WORDS: Record<Explained, { fact: Text; broken: Text }> = {
  row: {
    fact: { en: 'its row', zh: '列表记录' },
    broken: {
      en: 'Its row, which readers and searches go by, is not what its lifecycle says',
      zh: '供读者与搜索使用的列表记录与其生命周期不一致',
    },
  },
  bytes: {
    fact: { en: 'its bytes', zh: '文件' },
    broken: {
      en: 'The bytes of the picture are not in the store as they were taken in',
      zh: '存储中的图片文件与入库时不符',
    },
  },
  text: {
    fact: { en: 'its text', zh: '文字' },
    broken: { en: 'The text that it is found by is gone from the facts', zh: '供搜索的文字已不在数据库中' },
  },
  vector: {
    fact: { en: 'its vector', zh: '向量' },
    broken: {
      en: 'Its vector is gone from the facts, or is of another model than searches use',
      zh: '其向量已不在数据库中，或与搜索所用模型不同',
    },
  },
  index_entry: {
    fact: { en: 'its index entry', zh: '索引条目' },
    broken: { en: 'The search index does not hold the entry that it should', zh: '搜索索引中的条目与应有的不符' },
  },
  search: {
    fact: { en: 'a search for its own word', zh: '以自身词语搜索' },
    broken: { en: 'A search for a word of its own does not answer as it should', zh: '以其自身词语搜索，结果与应有的不符' },
  },
};

const Time = z.iso.datetime();

/**
 * query: of the search that was named, which parts of it find the picture; null: none was named. found there: of all parts; null: the index did
 * not answer. A part that excludes finds it where it does not exclude it.
 *
 * expected, found, because, next.what: in the caller's language. due_at of a job: when all jobs are looked at next.
 */
export const Explanation = z
  .object({
    searchable: z.boolean(),
    because: z.string(),
    facts: z.array(
      z.object({ fact: z.enum(EXPLAINED), expected: z.string(), found: z.string(), ok: z.boolean(), checked_at: Time }),
    ),
    obligations: z.array(z.object({ name: z.string(), kind: z.enum(['job', 'timer']), due_at: Time.nullable() })),
    task: Task.nullable(),
    last_failure: FailureAnswer.nullable(),
    remarks: z.array(RemarkAnswer),
    query: z
      .object({
        q: z.string(),
        found: z.boolean().nullable(),
        terms: z.array(z.object({ term: z.string(), found: z.boolean().nullable() })),
      })
      .nullable(),
    next: z.object({ what: z.string(), when: Time.nullable() }),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;
