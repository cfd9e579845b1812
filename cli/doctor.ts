/** `tuodi doctor`: a line each, ok or what to do. Ends with 3 when something is wrong. */
import { type Config, ConfigError } from '../app/config.ts';
import { examined } from '../app/doctor/doctor.ts';
import { CHECKS, type Finding, words, wrong } from '../app/doctor/finding.ts';
import { machineOf } from '../app/doctor/own-checks.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { printableLine } from '../text/printable.ts';
import type { Output } from './output.ts';
import { OLDEST_NODE, VERSION } from './project.ts';

/** `read`: the configuration with its warnings; throws ConfigError, whose lines are findings then. */
export async function doctor(read: () => { config: Config; warnings: string[] }, out: Output): Promise<ExitCode> {
  const findings = await findingsOf(read);
  for (const finding of findings) out.result(shown(finding, out), () => lineOf(finding, out));
  return findings.some(({ todo }) => todo !== null) ? 3 : 0;
}

async function findingsOf(read: () => { config: Config; warnings: string[] }): Promise<Finding[]> {
  try {
    const { config, warnings } = read();
    return await examined(config, {
      clock: systemClock(),
      machine: machineOf({ version: VERSION, oldest_node: OLDEST_NODE, warnings }),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const todo = words('correct it: nothing else is looked at before', '请更正：在此之前不检查其他项目');
    return error.message.split('\n').map((fault) => wrong(/secret/i.test(fault) ? 'secrets' : 'settings', words(fault), todo));
  }
}

const shown = ({ check, found, todo }: Finding, out: Output) => ({
  check,
  state: todo === null ? 'ok' : 'wrong',
  found: out.words(found),
  todo: todo === null ? null : out.words(todo),
});

export function lineOf({ check, found, todo }: Finding, out: Output): string {
  const name = out.words(CHECKS[check]);
  if (todo === null) return printableLine(out.words({ en: `ok     ${name}: ${found.en}`, zh: `正常  ${name}：${found.zh}` }));
  return printableLine(
    out.words({ en: `WRONG  ${name}: ${found.en}. To do: ${todo.en}`, zh: `异常  ${name}：${found.zh}。处理：${todo.zh}` }),
  );
}
