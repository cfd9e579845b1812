/** The commands about single pictures, as the command line takes them. */
import { type Command, Option } from 'commander';
import { REMARKS } from '../../contract/remark-codes.ts';
import { PHASES, STATUSES } from '../../contract/statuses.ts';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { examples } from '../help.ts';
import { restoreCommand } from '../lazy-commands.ts';
import { withClient } from '../with-service.ts';
import { CHANGES, change, isId, type Tags, tagging, tagsAndIds } from './change.ts';
import { type ListOptions, list, show } from './list.ts';

type Does = (work: Run) => Promise<void>;
const collected = (value: string, before: string[] = []) => [...before, value];
/** More than one of a closed list, said one after another or with commas. */
const oneOf =
  (known: readonly string[]) =>
  (value: string, before: string[] = []) => {
    const given = value.split(',').map((one) => one.trim());
    const wrong = given.find((one) => !known.includes(one));
    if (wrong !== undefined) throw new UsageError(`${wrong} is not known: ${known.join(', ')}`);
    return [...before, ...given];
  };
const MAX_LISTED = 100_000;
function limit(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MAX_LISTED)
    throw new UsageError(`${text} is not a number from 1 to ${MAX_LISTED}`);
  return number;
}

export function addPictureCommands(program: Command, does: Does): void {
  program
    .command('list')
    .description('the pictures, newest first: id, status, title; of those that failed the step, the code and what helps')
    .option('--status <status>', 'in this status; more than one with commas', oneOf(STATUSES.map(({ status }) => status)))
    .option('--phase <phase>', `in this phase: ${PHASES.join(', ')}`, oneOf(PHASES))
    .option('--remark <code>', 'with this remark', oneOf(REMARKS))
    .option('--tag <tag>', 'with this tag; may be said more than once', collected)
    .addOption(
      new Option('--sort <order>', 'newest first (-created_at), by title, or the earliest deadline first').choices([
        '-created_at',
        'title',
        'deadline_at',
      ]),
    )
    .option('--limit <n>', 'at most so many; 50 unless said', limit)
    .addHelpText('after', examples('tuodi list --phase failed', 'tuodi list --tag receipt --limit 500'))
    .action((options: ListOptions) =>
      does(
        withClient(async (client, out) => {
          await list(client, options, out);
          return 0;
        }),
      ),
    );
  program
    .command('show <resource_id>')
    .description('all about a picture: status, metadata, why it failed, what can be done')
    .action((id: string) =>
      does(
        withClient(async (client, out) => {
          await show(client, id, out);
          return 0;
        }),
      ),
    );
  program
    .command('open <resource_id>')
    .description('opens a copy of a picture in the program that this desktop has for it; with --json only makes the copy')
    .action((id: string) =>
      does(
        withClient(async (client, out) => {
          await (await import('./open.ts')).openPicture(client, id, out);
          return 0;
        }),
      ),
    );
  addChanges(program, does);
}

function addChanges(program: Command, does: Does): void {
  program
    .command('retry <ids...>')
    .description('tries again what failed, and says of each where it came to rest; ends with 3 if one fails')
    .addHelpText('after', examples('tuodi retry 01a22329-c972-7130-9f04-77fc637cd297'))
    .action((ids: string[]) => does(changing(ids, CHANGES.retry)));
  program
    .command('trash <ids...>')
    .description('moves pictures to the trash; `restore` takes them back until it is emptied')
    .action((ids: string[]) => does(changing(ids, CHANGES.trash)));
  program
    .command('restore <ids...>')
    .usage('[options] <ids...> | <backup>')
    .description('takes pictures back from the trash; or makes the data folder (--data-dir, empty or not there yet) of a backup')
    .option('--copy', 'of a backup: copies objects even where a hard link would do')
    .addHelpText(
      'after',
      examples('tuodi restore 01a22329-c972-7130-9f04-77fc637cd297', 'tuodi --data-dir new restore /backups/monday'),
    )
    .action((given: string[], options: { copy?: boolean }) => does(restoring(given, options)));
  program
    .command('tag <ids...>')
    .usage('[options] <ids and tags...>')
    .description('adds the tags that stand among the ids, and those of --add; takes away those of --remove')
    .option('--add <tag>', 'may be said more than once', collected)
    .option('--remove <tag>', 'may be said more than once', collected)
    .addHelpText('after', examples('tuodi tag 01a22329-c972-7130-9f04-77fc637cd297 receipt 2026 --remove draft'))
    .action((given: string[], options: Partial<Tags>) => {
      const { ids, ...tags } = tagsAndIds(given, options);
      return does(changing(ids, tagging(tags)));
    });
}

const changing = (ids: string[], work: Parameters<typeof change>[2]): Run =>
  withClient((client, out) => change(client, ids, work, out));

/** A backup is a folder, an id is none: only ids are pictures. */
function restoring(given: string[], options: { copy?: boolean }): Run {
  const [backup, ...more] = given;
  if (given.every(isId)) return changing(given, CHANGES.restore);
  if (backup === undefined || more.length > 0)
    throw new UsageError({
      en: 'restore takes ids of pictures, or one backup: not both, nor several backups',
      zh: 'restore 需要图片编号，或一个备份；两者不能同时给出，备份也只能有一个',
    });
  return restoreCommand(backup, options);
}
