/** The commands of operators: long work, and pauses. */
import { Argument, type Command } from 'commander';
import { STEP_KINDS, type StepKind } from '../contract/step-kinds.ts';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';
import { examples } from './help.ts';
import { embedCommand, pauseCommand, reindexCommand, replayCommand, verifyCommand } from './lazy-commands.ts';
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
    .command('embed')
    .description(
      'has pictures embedded whose vectors are missing or of another model, as the service does by itself; Ctrl-C leaves it running',
    )
    .action(() => does(embedCommand));
  program
    .command('replay')
    .description('has failed pictures go on where they stopped, at the pace of their step; Ctrl-C leaves it running')
    .option('--step <step>', 'only those that failed in this step')
    .option('--code <code>', 'only those that failed with this code')
    .option('--limit <n>', 'at most so many', countOf)
    .addHelpText('after', examples('tuodi replay --step index --code INDEX_REFUSED', 'tuodi replay --limit 10'))
    .action((options: ReplayOptions) => does(replayCommand(options)));
  const step = () => new Argument('<step>').choices(STEP_KINDS);
  program
    .command('pause')
    .addArgument(step())
    .description('no process begins a run of this step until it is resumed; what runs ends')
    .action((kind: StepKind) => does(pauseCommand(kind, true)));
  program
    .command('resume')
    .addArgument(step())
    .description('ends the pause of a step')
    .action((kind: StepKind) => does(pauseCommand(kind, false)));
}

function countOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${text} is not a number from 1`);
  return number;
}
