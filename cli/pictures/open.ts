/** `tuodi open <resource_id>`: the picture in the program that this desktop has for it. */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { extensionOf, isContentType } from '../../contract/resource.ts';
import type { Client } from '../client.ts';
import { readableName } from '../library/readable-name.ts';
import type { Output } from '../output.ts';
import { stopSignal } from '../signals.ts';

/** By platform. */
const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const FREEDESKTOP: [string, ...string[]] = ['xdg-open'];

/**
 * A copy in a folder of this user alone, whose ending is that of the type that `inspect` found: what a name says would choose the
 * program. The copy stays until the system clears its temporary files: the program reads it when this command has ended.
 */
export async function openPicture(client: Client, resource_id: string, out: Output): Promise<void> {
  const { body: resource } = await client.api.get_resource({ params: { resource_id } });
  const ending = isContentType(resource.content_type) ? extensionOf(resource.content_type) : 'bin';
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'tuodi-open-')), `${readableName(resource)}.${ending}`);
  const { signal, release } = stopSignal();
  try {
    await client.download(`/v1/resources/${encodeURIComponent(resource_id)}/content`, signal, (body) =>
      body.pipeTo(Writable.toWeb(createWriteStream(file, { mode: 0o600, flags: 'wx' }))),
    );
  } finally {
    release();
  }
  const opened = !out.json && (await shownBy(OPENERS[process.platform] ?? FREEDESKTOP, file));
  out.result({ resource_id, file }, () => file);
  if (!opened && !out.json)
    out.warn(
      out.words({
        en: 'No program of this system opened it; the file is there.',
        zh: '系统中没有可打开它的程序；文件已在该处。',
      }),
    );
}

/** Whether there is such a program; what it does then is not waited for. */
const shownBy = ([program, ...args]: [string, ...string[]], file: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(program, [...args, file], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
