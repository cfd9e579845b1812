/** `doctor`: everything that can be wrong around the service, looked at once. It changes nothing but one object of its own in a bucket. */
import type { Clock } from '../../runtime/async/clock.ts';
import type { Config } from '../config.ts';
import { CHECKS, type Finding, looked, withoutSecrets } from './finding.ts';
import { type Machine, ownChecks } from './own-checks.ts';
import { serverChecks } from './server-checks.ts';
import { serviceChecks } from './service-checks.ts';
import { storeCheck } from './store-checks.ts';

/** `languages`: of recognition, for a test. */
export type DoctorOptions = { clock: Clock; machine: Machine; languages?: readonly string[] };

const ORDER = Object.keys(CHECKS);

/** One finding a line, in the order of CHECKS. No finding holds a secret. Never rejects. */
export async function examined(config: Config, { clock, machine, languages }: DoctorOptions): Promise<Finding[]> {
  const checks = [
    ...ownChecks(config, machine),
    ...serverChecks(config, clock),
    storeCheck(config, clock),
    ...serviceChecks(config, clock, languages),
  ];
  const findings = (await Promise.all(checks.map((check) => looked(check, clock)))).flat();
  const hidden = withoutSecrets(config);
  return findings
    .sort((a, b) => ORDER.indexOf(a.check) - ORDER.indexOf(b.check))
    .map(({ check, found, todo }) => ({ check, found: { en: hidden(found.en), zh: hidden(found.zh) }, todo }));
}
