/** `tuodi demo`: opens a folder of its own, runs the demo in it, and on a terminal shows its pictures in a browser until it is stopped. */
import { once } from 'node:events';
import { loginLink } from '../runtime/accounts/sessions.ts';
import { clientOf, type OpenFolder } from './client.ts';
import type { Run } from './command.ts';
import { demo, emptyDemoFolder } from './demo.ts';
import type { Output } from './output.ts';
import { SAMPLES } from './project.ts';
import { stopSignal } from './signals.ts';
import { openFolder } from './with-service.ts';

const FOLDER = 'tuodi-demo';

export const demoCommand: Run = async (config, out) => {
  await emptyDemoFolder(FOLDER);
  const opened = await openFolder({ ...config, url: undefined, api_key: undefined, data_dir: FOLDER });
  const { url, api_key } = opened;
  const client = clientOf(url, api_key, { language: out.language, opened });
  try {
    const well = await demo(client, SAMPLES, FOLDER, out, () => performance.now());
    const is_watched = !out.json && process.stdout.isTTY === true && process.stdin.isTTY === true;
    if (is_watched) await offerPage(opened, out);
    return well ? 0 : 3;
  } finally {
    await client.close();
  }
};

/** Prints a link to the page, and resolves when it is asked to stop. */
export async function offerPage(
  { url, login }: Pick<Awaited<ReturnType<OpenFolder>>, 'url' | 'login'>,
  out: Pick<Output, 'print' | 'words'>,
  { signal, release } = stopSignal(),
): Promise<void> {
  const token = await login?.();
  if (token)
    out.print(
      [
        '',
        out.words({ en: 'Look at them in a browser, until you press Ctrl-C:', zh: '可在浏览器中查看，按 Ctrl-C 结束：' }),
        loginLink(url, token),
      ].join('\n'),
    );
  if (token && !signal.aborted) await once(signal, 'abort');
  release();
}
