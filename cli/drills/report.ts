/** What a drill says at its end. */
import { printableLine } from '../../text/printable.ts';
import type { Output } from '../output.ts';
import type { Lost } from './pictures.ts';
import type { Seen } from './watcher.ts';

/** recovery_ms: from the end of the fault until all was as before. doctor: its lines while it was broken. left: ids of pictures that could not be removed again. */
export type Report = {
  drill: string;
  here: boolean;
  pictures: { file: string; resource_id: string }[];
  lost: Lost[];
  recovery_ms: number;
  seen: Seen[];
  doctor: string[];
  left: string[];
};

export function reportText({ pictures, lost, recovery_ms, seen, doctor }: Report, { words }: Output): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const nothing = words({
    en: `Lost: nothing. All ${pictures.length} pictures are found by a search, with the bytes that were sent and the text that was read.`,
    zh: `丢失：无。${pictures.length} 张图片均可搜到，内容与上传的一致，文字与此前识别的一致。`,
  });
  const rows = seen.flatMap(({ after_ms, ready, status }) => {
    const at = seconds(after_ms).padStart(8);
    const looks = ready === '-' ? words({ en: 'the service does not answer', zh: '服务没有响应' }) : `readyz ${ready}`;
    return [`${at}  ${looks}`, ...status.map((line) => `${' '.repeat(10)}${line}`)];
  });
  return [
    '',
    ...(lost.length === 0 ? [nothing] : [words({ en: 'Lost:', zh: '丢失：' }), ...lost.map(lostLine(words))]),
    words({ en: `Recovery: ${seconds(recovery_ms)}`, zh: `恢复用时：${seconds(recovery_ms)}` }),
    words({ en: 'What an operator saw since the fault:', zh: '故障发生后运维人员看到的：' }),
    ...rows.map(printableLine),
    words({ en: 'What tuodi doctor said during the fault:', zh: '故障期间 tuodi doctor 的结果：' }),
    ...(doctor.length > 0 ? doctor : [words({ en: 'all ok', zh: '全部正常' })]).map((line) => `  ${printableLine(line)}`),
  ].join('\n');
}
const lostLine =
  (words: Output['words']) =>
  ({ file, resource_id, why }: Lost): string =>
    `  ${file} ${resource_id}: ${words(why)}`;
