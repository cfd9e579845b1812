/** `tuodi retry | trash | restore | tag`: changes to pictures by their ids, one after another. */
import { ApiError } from '../../contract/client.ts';
import type { ExitCode } from '../../contract/exit-codes.ts';
import { Id, type Resource } from '../../contract/resource.ts';
import { printableLine } from '../../text/printable.ts';
import { NoAnswer } from '../answered.ts';
import type { Client } from '../client.ts';
import { failureOf, reasonText, UsageError } from '../errors.ts';
import { waitUntilSettled } from '../ingest/upload.ts';
import type { Output } from '../output.ts';
import { changedLine } from './list.ts';

export type Change = (client: Client, resource_id: string) => Promise<Resource>;

/** `retry`, `trash` and `restore`, by the name of their command. */
export const CHANGES = {
  retry: async ({ api }, resource_id) => (await api.retry_resource({ params: { resource_id } })).body,
  trash: async ({ api }, resource_id) => (await api.remove_resource({ params: { resource_id } })).body,
  restore: async ({ api }, resource_id) => (await api.restore_resource({ params: { resource_id } })).body,
} satisfies Record<string, Change>;

/** Says of each where it came to rest. Returns 3 if one of them could not be changed, or failed. Throws what ends the service. */
export async function change(client: Client, ids: readonly string[], work: Change, out: Output): Promise<ExitCode> {
  let failed = 0;
  for (const resource_id of new Set(ids)) {
    try {
      const changed = await work(client, resource_id);
      const now = changed.phase === 'working' ? await waitUntilSettled(client, resource_id) : changed;
      if (now.failure) failed += 1;
      out.result(now, () => changedLine(now));
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      failed += 1;
      const failure = failureOf(error, out.language);
      out.result({ resource_id, failure }, () => printableLine(`${resource_id}  ${reasonText(failure)}`));
    }
  }
  return failed > 0 ? 3 : 0;
}

export const isId = (text: string): boolean => Id.safeParse(text).success;

/** Attempts at a picture that somebody else changes at the same time. */
const MAX_TRIES = 5;

/** Tags added to those that it has, and taken away. */
export const tagging =
  ({ add, remove }: Tags): Change =>
  async ({ api }, resource_id) => {
    for (let tries = 1; ; tries++) {
      const { body, headers } = await api.get_resource({ params: { resource_id } });
      const tags = [...new Set([...body.metadata.tags, ...add])].filter((tag) => !remove.includes(tag));
      const etag = headers.get('etag');
      const if_match: Record<string, string> = etag === null ? {} : { 'if-match': etag };
      try {
        const given = { params: { resource_id }, body: { tags }, headers: if_match };
        return (await api.patch_metadata(given)).body;
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'PRECONDITION_FAILED' && tries < MAX_TRIES)) throw error;
      }
    }
  };
export type Tags = { add: string[]; remove: string[] };

/** What `tuodi tag` was given: ids, and words that are none, which are tags to add. */
export function tagsAndIds(given: readonly string[], { add = [], remove = [] }: Partial<Tags>): Tags & { ids: string[] } {
  const ids = given.filter(isId);
  const tags: Tags = { add: [...add, ...given.filter((one) => !isId(one))], remove };
  if (ids.length === 0 || tags.add.length + tags.remove.length === 0)
    throw new UsageError({
      en: 'tag takes ids of pictures and at least one tag, such as: tuodi tag 0190… receipt --remove draft',
      zh: 'tag 需要图片编号和至少一个标签，例如：tuodi tag 0190… 发票 --remove 草稿',
    });
  return { ids, ...tags };
}
