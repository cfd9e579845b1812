/** How far the clock of a server is from ours. */
import type { Text } from '../../contract/statuses.ts';
import { type Finding, ok, words, wrong } from './finding.ts';

/** Signed requests and callbacks bear 5 minutes, links as long as they last: a clock this far off runs away. */
const MAX_SKEW_MS = 30_000;
/** Dates of HTTP are whole seconds. */
const GRAIN_MS = 1_000;

/** `before` and `after`: our clock around the call that was answered with `time`; all of it epoch milliseconds. */
export function clockFinding(whose: Text, time: number, before: number, after: number): Finding {
  const off_ms = time < before - GRAIN_MS ? before - time : Math.max(0, time - after);
  const seconds = Math.round(off_ms / 1_000);
  const said = words(`${whose.en}: ${seconds} s from ours`, `${whose.zh}：与本机相差 ${seconds} 秒`);
  if (off_ms <= MAX_SKEW_MS) return ok('clocks', said);
  return wrong(
    'clocks',
    said,
    words('set both by NTP: links and signed calls are refused else', '请用 NTP 校准两边时钟：否则链接和签名请求会被拒绝'),
  );
}
