/** Prints by what each planted mistake is found: `npm run suite -- planted [part of a name]`. Exits 1 if the table says otherwise. */
import { findBy } from './find-planted.ts';
import { plan } from './plan.ts';
import { type FoundBy, MISTAKES } from './planted.ts';

const WAYS = ['paths', 'tries', 'walks'] as const satisfies readonly FoundBy[];
const [part = ''] = process.argv.slice(2);
const { paths } = plan();
for (const mistake of MISTAKES.filter(({ name }) => name.includes(part))) {
  const found: FoundBy[] = [];
  for (const way of WAYS) if (await findBy(way, mistake, paths)) found.push(way);
  const cells = WAYS.map((way) => (found.includes(way) ? 'found' : '-'));
  const missed = mistake.found_by.filter((way) => !found.includes(way));
  console.log(`| ${[mistake.name, ...cells].join(' | ')} |${missed.length ? ` MISSED by ${missed.join(', ')}` : ''}`);
  if (missed.length > 0) process.exitCode = 1;
}
