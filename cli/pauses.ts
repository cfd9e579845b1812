/** `tuodi pause | resume`: a step of all processes, until it is resumed. */
import type { ExitCode } from '../contract/exit-codes.ts';
import type { StepKind } from '../contract/step-kinds.ts';
import type { Client } from './client.ts';
import type { Run } from './command.ts';
import type { Output } from './output.ts';
import { withClient } from './with-service.ts';

export const pauseCommand = (kind: StepKind, paused: boolean): Run =>
  withClient((client, out) => setPaused(client, kind, paused, out));

/** Throws ApiError 403 for a key that is none of the installation. Saying it twice changes nothing. */
export async function setPaused({ api }: Client, kind: StepKind, paused: boolean, out: Output): Promise<ExitCode> {
  const { body } = await api.patch_step({ params: { kind }, body: { paused } });
  out.result(body, () =>
    out.words(
      body.paused
        ? {
            en: `The step ${kind} is paused: its pictures wait until tuodi resume ${kind}.`,
            zh: `步骤 ${kind} 已暂停：其图片等待，直到 tuodi resume ${kind}。`,
          }
        : {
            en: `The step ${kind} goes on: every process takes up what waits within a second or two.`,
            zh: `步骤 ${kind} 继续：一两秒内，所有进程接手等待的图片。`,
          },
    ),
  );
  return 0;
}
