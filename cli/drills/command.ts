/** `tuodi drill <name>` on the command line. */
import { Argument, type Command } from 'commander';
import type { Run } from '../command.ts';
import { examples } from '../help.ts';
import { drillCommand } from '../lazy-commands.ts';
import { DRILL_NAMES, type DrillName } from './names.ts';

export function addDrillCommand(program: Command, does: (work: Run) => Promise<void>, env: NodeJS.ProcessEnv): void {
  program
    .command('drill')
    .description('breaks one thing of a service of its own, and says what was lost (nothing) and how long recovery took')
    .addArgument(new Argument('<name>').choices(DRILL_NAMES))
    .addHelpText(
      'after',
      examples('tuodi drill kill-worker', 'TUODI_DRILLS=here tuodi drill flush-redis    on what is configured'),
    )
    .action((name: DrillName) => does(drillCommand(name, env)));
}
