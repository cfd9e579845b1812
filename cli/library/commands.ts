/** `tuodi export` and `tuodi import`: a library out of the service and into one, by the API. */

import type { Run } from '../command.ts';
import { stopSignal } from '../signals.ts';
import { MAKES, withClient } from '../with-service.ts';
import { exportTo } from './export.ts';
import { LEFT_OUT_FILE } from './export-format.ts';
import { importFrom } from './import.ts';

export const exportCommand = (folder: string): Run =>
  withClient(async (client, out) => {
    const stop = stopSignal();
    const { exported, left_out, failed } = await exportTo(client, folder, out, stop.signal).finally(stop.release);
    out.result({ folder, exported, left_out, failed }, () =>
      [
        out.words({ en: `${folder} holds ${exported} pictures.`, zh: `${folder} 中有 ${exported} 张图片。` }),
        ...(left_out > 0
          ? [
              out.words({
                en: `${left_out} were left out, ${failed} of them by a fault: ${LEFT_OUT_FILE} says which and why.`,
                zh: `${left_out} 张未导出，其中 ${failed} 张因故障：详见 ${LEFT_OUT_FILE}。`,
              }),
            ]
          : []),
      ].join('\n'),
    );
    return failed > 0 ? 3 : 0;
  });

export const importCommand = (folder: string): Run =>
  withClient(async (client, out) => {
    const stop = stopSignal();
    const { imported, there, failed } = await importFrom(client, folder, out, stop.signal).finally(stop.release);
    out.result({ folder, imported, there, failed }, () =>
      out.words({
        en: `${imported} pictures were imported, ${there} were here before, ${failed} failed.`,
        zh: `已导入 ${imported} 张图片，${there} 张原已存在，${failed} 张失败。`,
      }),
    );
    return failed > 0 ? 3 : 0;
  }, MAKES);
