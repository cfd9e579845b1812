/** The inbox: pictures that wait for a person, in groups of what helps them. */
import { z } from 'zod';
import { ADVICE, type Advice } from './dead-letters.ts';
import { Resource } from './resource.ts';
import type { Text } from './statuses.ts';

export const GROUP_ADVICE = {
  ...ADVICE,
  describe: { en: 'Enter what is missing: then they go on by themselves.', zh: '补全所缺信息，随后会自动继续处理。' },
} as const satisfies Record<string, Text>;
const ADVICE_NAMES = Object.keys(GROUP_ADVICE) as (Advice | 'describe')[];

const Time = z.iso.datetime();

/** missing: null in groups of failures. step, code, meaning: null in groups of what is missing. since: when what they need began to work again; null: not known, or it is away. */
export const ResourceGroup = z
  .object({
    ...Resource.pick({ status: true, phase: true }).shape,
    missing: z.array(z.string()).nullable(),
    step: z.string().nullable(),
    code: z.string().nullable(),
    meaning: z.string().nullable(),
    count: z.int(),
    oldest_at: Time.nullable(),
    earliest_deadline_at: Time.nullable(),
    samples: z.array(Resource),
    advice: z.enum(ADVICE_NAMES),
    advice_text: z.string(),
    since: Time.nullable(),
  })
  .meta({ id: 'ResourceGroup' });
export type ResourceGroup = z.infer<typeof ResourceGroup>;
export const ResourceGroups = z.array(ResourceGroup);

export const GroupResources = z.strictObject({ by: z.enum(['missing', 'failure']) });
