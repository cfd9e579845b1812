/** `tuodi reprocess <resource_id>`: does a picture again from a step. */
import type { Reprocess, Resource } from '../contract/resource.ts';
import type { EngineChoice } from '../contract/steps.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import { reasonText } from './errors.ts';
import { waitUntilSettled } from './ingest/upload.ts';
import type { Output } from './output.ts';
import { remarkLines } from './remark-lines.ts';

export type ReprocessOptions = {
  from: Reprocess['from'];
  ownText?: 'use' | 'ignore' | 'auto';
  engine?: EngineChoice;
  discardCorrections?: boolean;
};

/** Returns the picture once it rests. */
export async function reprocess(
  { api, ...client }: Client,
  resource_id: string,
  { from, ownText, engine, discardCorrections = false }: ReprocessOptions,
  out: Output,
): Promise<Resource> {
  const own_text = ownText === undefined ? {} : { own_text: ownText === 'auto' ? null : ownText };
  const body = { from, discard_corrections: discardCorrections, ...own_text, ...(engine === undefined ? {} : { engine }) };
  await api.reprocess_resource({ params: { resource_id }, body });
  const resource = await waitUntilSettled({ api, ...client }, resource_id);
  const { status, failure, remarks } = resource;
  out.result({ resource_id, status, failure, remarks }, () =>
    [printableLine(`${status}${failure ? `  ${reasonText(failure)}` : ''}`), ...remarkLines(remarks, out.language)].join('\n'),
  );
  return resource;
}
