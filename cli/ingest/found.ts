/** What a folder holds: pictures to send, what looks like one and can't be sent, and how much else. */
import type { Reason } from '../errors.ts';
import type { Language } from '../language.ts';
import { filesIn } from './folder-files.ts';
import { noFileReason, sortOut } from './sort-out.ts';

/** other: files that are no pictures. special: pipes, sockets and devices. */
export type LeftOut = { other: number; folder_links: number; special: number };
export type Found = { files: string[]; refused: { file: string; reason: Reason }[]; left_out: LeftOut };

/** In the order of their paths. */
export async function foundIn(folder: string, language: Language): Promise<Found> {
  const found: Found = { files: [], refused: [], left_out: { other: 0, folder_links: 0, special: 0 } };
  const walk = filesIn(folder, {
    except: [],
    noFile(at, why, error) {
      const reason = noFileReason(at, why, error, language);
      if (reason) found.refused.push({ file: at, reason });
      else if (why === 'folder_link') found.left_out.folder_links += 1;
      else if (why === 'special') found.left_out.special += 1;
      else found.left_out.other += 1;
    },
  });
  for await (const one of walk) {
    const verdict = await sortOut(one, language);
    if (verdict === 'take') found.files.push(one.file);
    else if (verdict === 'other') found.left_out.other += 1;
    else found.refused.push({ file: one.file, reason: verdict });
  }
  found.files.sort();
  return found;
}
