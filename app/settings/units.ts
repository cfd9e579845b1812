/** Numbers as people write them in variables: with a unit, by what a setting's name says that it is. */
import { z } from 'zod';
import { Variables } from './variables.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const TIMES: Record<string, number | undefined> = {
  ...{ ms: 1, s: SECOND, sec: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY, w: 7 * DAY },
};
/** By powers of 1,000 with `B`, of 1,024 with `iB` or alone, as most programs have it. */
const BYTES: Record<string, number | undefined> = {
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 1_024, mib: 1_024 ** 2, gib: 1_024 ** 3, tib: 1_024 ** 4, k: 1_024, m: 1_024 ** 2, g: 1_024 ** 3, t: 1_024 ** 4 },
};
const PIXELS: Record<string, number | undefined> = { mp: 1e6, gp: 1e9, m: 1e6, g: 1e9 };

/** ending: of the names of settings that are written so. */
const KINDS = [
  {
    ending: /_ms$/,
    units: TIMES,
    example: (min: number) => `milliseconds, or a time with its unit, such as ${min > SECOND ? '5m' : '30s'} or 2h`,
  },
  { ending: /bytes$/, units: BYTES, example: () => 'bytes, or a number with its unit, such as 50MB or 50MiB' },
  { ending: /_pixels$/, units: PIXELS, example: () => 'pixels, or a number with its unit, such as 80MP' },
];
const WITH_UNIT = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]{1,3})$/i;

/** Values with a unit as plain numbers; any other stays as it is, and is refused or taken by the schema. */
export const withoutUnits = (given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, plain(name, value)]));

function plain(name: string, value: string): string {
  const kind = KINDS.find(({ ending }) => ending.test(name));
  const [, number, unit = ''] = WITH_UNIT.exec(value.trim()) ?? [];
  const factor = number === undefined ? undefined : kind?.units[unit.toLowerCase()];
  return factor === undefined ? value : String(Math.round(Number(number) * factor));
}

/** What is wrong with the value of a setting that is a whole number, with an example; null for any other setting. */
export function numberFault(name: string, value: string | undefined): string | null {
  if (value === undefined || !isSetting(name)) return null;
  const { minimum, maximum } = z.toJSONSchema(Variables.shape[name], { io: 'input', unrepresentable: 'any' });
  if (minimum === undefined || maximum === undefined) return null;
  const what = KINDS.find(({ ending }) => ending.test(name))?.example(minimum) ?? 'a number';
  return `${JSON.stringify(value)} is not one from ${minimum} to ${maximum}: ${what}`;
}
const isSetting = (name: string): name is keyof typeof Variables.shape => Object.hasOwn(Variables.shape, name);
