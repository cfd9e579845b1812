/** What becomes of the callbacks of providers, as operators see them counted. */
import { z } from 'zod';
import type { Text } from './statuses.ts';

/** is_expected: nobody needs to look at it, however often it happens. */
type CallbackWords = Text & { is_expected: boolean };
export const CALLBACKS = {
  taken: { en: 'given to the work that waited for it', zh: '已交给等待它的任务', is_expected: true },
  stale: { en: 'kept, since nobody waits for it now', zh: '已保存，但已无任务等待', is_expected: false },
  repeated: { en: 'it was here before', zh: '重复到达', is_expected: true },
  unusable: {
    en: 'not of the protocol, or of other work than its address',
    zh: '不符合协议，或与地址所指的任务不符',
    is_expected: false,
  },
  unknown: { en: 'no such picture, or not any more', zh: '没有这张图片，或已删除', is_expected: false },
  forged: { en: 'its signature, or that of its address, is none of ours', zh: '签名或地址签名不是我们的', is_expected: false },
} as const satisfies Record<string, CallbackWords>;
export type CallbackCount = keyof typeof CALLBACKS;
export const CALLBACK_NAMES = Object.keys(CALLBACKS) as CallbackCount[];

export const CallbackTotals = z.object(
  Object.fromEntries(CALLBACK_NAMES.map((name) => [name, z.int()])) as Record<CallbackCount, z.ZodInt>, // one a name
);
