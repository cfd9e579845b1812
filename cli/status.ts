/** `tuodi status`: how far behind searches are, which parts are not ok, and how many pictures are where. */

import { CALLBACK_NAMES, CALLBACKS } from '../contract/callbacks.ts';
import { ApiError } from '../contract/client.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import type { OpsSummary } from '../contract/ops-summary.ts';
import type { Part } from '../contract/parts.ts';
import type { Text } from '../contract/statuses.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

type Counts = Awaited<ReturnType<Client['api']['count_resources']>>['body'];
type Paused = Pick<OpsSummary['steps'][number], 'kind' | 'paused_at'>;
type Seen = Pick<OpsSummary, 'view' | 'searchable_lag_s' | 'parts' | 'dead_letters' | 'callbacks'> & { paused: Paused[] };

/** 3 while the database is away, and pictures can't be counted. */
export async function status(client: Client, out: Output): Promise<ExitCode> {
  const seen = await summaryOf(client, out);
  const counts = seen?.view === 'own' ? null : (await client.api.count_resources()).body;
  out.result({ ...(seen ?? {}), ...(counts ?? {}) }, () =>
    [...(seen ? lagLines(seen, out) : []), ...countLines(counts, out)].join('\n'),
  );
  return counts ? 0 : 3;
}

/** null for a key that may not see it, and of an earlier service, which has none. */
async function summaryOf({ api }: Client, { language }: Output): Promise<Seen | null> {
  try {
    const { body } = await api.ops_summary({ headers: { 'accept-language': language } });
    const { view, searchable_lag_s, parts, dead_letters, callbacks = null } = body; // an earlier service counts none
    const paused = body.steps.filter((step) => step.paused).map(({ kind, paused_at }) => ({ kind, paused_at }));
    return { view, searchable_lag_s, dead_letters, parts, callbacks, paused };
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

function lagLines({ searchable_lag_s: lag, parts, callbacks, paused }: Seen, out: Output): string[] {
  const faulty = parts.filter(({ state }) => state !== 'ok');
  const behind: Text =
    lag === null
      ? { en: 'Behind: not known, since the database is away', zh: '延迟：数据库不可用，暂无法得知' }
      : lag === 0
        ? {
            en: 'Behind: nothing; every complete picture that has not failed can be found',
            zh: '延迟：无；信息齐全且未失败的图片都能搜到',
          }
        : {
            en: `Behind: a picture has waited ${duration(lag, 'en')} to be found`,
            zh: `延迟：有图片已等待 ${duration(lag, 'zh')} 仍搜不到`,
          };
  const all: Text = { en: 'Parts: all ok', zh: '部件：全部正常' };
  const shown =
    faulty.length === 0 ? [out.words(all)] : [out.words({ en: 'Parts:', zh: '部件：' }), ...faulty.map(partLine(out))];
  return [out.words(behind), ...shown, ...paused.map(pauseLine(out)), ...callbackLines(callbacks, out), ''];
}
const timeOf = (at: string): string => at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
/** With the command that ends it. */
const pauseLine =
  ({ words }: Output) =>
  ({ kind, paused_at }: Paused): string => {
    const since =
      paused_at === null ? { en: '', zh: '' } : { en: ` since ${timeOf(paused_at)}`, zh: `自 ${timeOf(paused_at)} 起` };
    return words({
      en: `Paused by an operator${since.en}: ${kind}; its pictures wait until tuodi resume ${kind}`,
      zh: `步骤 ${kind} ${since.zh}由操作员暂停；其图片等待，直到 tuodi resume ${kind}`,
    });
  };
/** Those that somebody should look at; none where there are none. */
function callbackLines(callbacks: Seen['callbacks'], { words }: Output): string[] {
  const odd = CALLBACK_NAMES.filter((name) => !CALLBACKS[name].is_expected && callbacks?.[name]);
  const lines = odd.map((name) => `  ${callbacks?.[name]} ${name}: ${words(CALLBACKS[name])}`);
  const head = words({ en: 'Callbacks of providers in the last hour that were of no use:', zh: '最近一小时无用的服务方回调：' });
  return lines.length > 0 ? [head, ...lines] : [];
}
const partLine =
  (out: Output) =>
  ({ label, state_label, since, why, detail }: Part): string => {
    const at = timeOf(since);
    const words = out.words({ en: `${state_label} since ${at}`, zh: `自 ${at} 起${state_label}` });
    const said = [why, detail].filter((text) => text !== null).join(out.words({ en: ': ', zh: '：' }));
    return printableLine(out.words({ en: `  ${label}: ${words}: ${said}`, zh: `  ${label}：${words}；${said}` }));
  };

function countLines(counts: Counts | null, out: Output): string[] {
  if (!counts)
    return [out.words({ en: 'Pictures cannot be counted while the database is away.', zh: '数据库不可用期间无法统计图片。' })];
  const lines = Object.entries(counts.by_status).map(([name, count]) => printableLine(`${String(count).padStart(8)}  ${name}`));
  return [`${String(counts.total).padStart(8)}  ${out.words({ en: 'pictures', zh: '张图片' })}`, ...lines];
}

/** Two units at most: 3 d 4 h. */
function duration(seconds: number, language: 'en' | 'zh'): string {
  const units: [number, Text][] = [
    [86_400, { en: 'd', zh: '天' }],
    [3_600, { en: 'h', zh: '小时' }],
    [60, { en: 'min', zh: '分钟' }],
    [1, { en: 's', zh: '秒' }],
  ];
  let rest = Math.round(seconds);
  const parts = units.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count} ${unit[language]}`] : [];
  });
  return parts.slice(0, 2).join(' ') || `0 ${language === 'en' ? 's' : '秒'}`;
}
