/** The commands of long work: what each takes. */
import type { Command } from 'commander';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';
import { examples } from './help.ts';
import { reindexCommand, replayCommand, verifyCommand } from './lazy-commands.ts';
import type { ReplayOptions } from './runs.ts';

export function addRunCommands(program: Command, does: (work: Run) => Promise<void>): void {
  program
    .command('verify')
    .description(
      'compares all that is stored with all that it should be, in the database, the index and the store; Ctrl-C leaves it running',
    )
    .option('--heal', 'mends what it finds where that needs nobody')
    .addHelpText('after', examples('tuodi verify', 'tuodi verify --heal'))
    .action((options: { heal?: boolean }) => does(verifyCommand(options)));
  program
    .command('reindex')
    .description('builds the search index again from the facts, while the service goes on; Ctrl-C leaves it running')
    .action(() => does(reindexCommand));
  program
    .command('replay')
    .description('has failed pictures go on where they stopped, at the pace of their step; Ctrl-C leaves it running')
    .option('--step <step>', 'only those that failed in this step')
    .option('--code <code>', 'only those that failed with this code')
    .option('--limit <n>', 'at most so many', countOf)
    .addHelpText('after', examples('tuodi replay --step index --code INDEX_REFUSED', 'tuodi replay --limit 10'))
    .action((options: ReplayOptions) => does(replayCommand(options)));
}

function countOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${text} is not a number from 1`);
  return number;
}
