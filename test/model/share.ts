import type { Config } from './world.ts';

/** What the command line asks for: `[part of a name] [k/n]`. */
export function shareOf(configs: Config[]): Config[] {
  const [part = '', share = '1/1'] = process.argv.slice(2);
  const [k = 1, n = 1] = share.split('/').map(Number);
  return configs.filter(({ name }) => name.includes(part)).filter((_, i) => i % n === k - 1);
}
