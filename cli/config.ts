/** `tuodi config`: every setting that is in force and where it came from. Secrets are masked. */
import { type Config, type Sources, warningsOf } from '../app/config.ts';
import { settingsInForce } from '../app/settings/shown.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import { type Output, table } from './output.ts';

export async function configCommand(config: Config, out: Output, sources: Sources): Promise<ExitCode> {
  const settings = settingsInForce(config, sources);
  for (const warning of warningsOf(config)) out.warn(`WARNING: ${warning}`);
  for (const setting of settings) if (out.json) out.result(setting, () => '');
  out.print(table([['variable', 'value', 'source'], ...settings.map((one) => [one.variable, one.value, one.source])]));
  return 0;
}
