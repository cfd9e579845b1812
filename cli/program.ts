/** The command line: which commands there are, what each takes, and with which code it ends. */

import { Command, CommanderError, Option } from 'commander';
import { ConfigError, readConfig } from '../app/config.ts';
import { ApiError } from '../contract/client.ts';
import { EXIT, type ExitCode } from '../contract/exit-codes.ts';
import { REPROCESS_FROM } from '../contract/step-kinds.ts';
import { ENGINE_CHOICES, OWN_TEXT_ORDERS } from '../contract/steps.ts';
import { TIERS } from '../contract/tiers.ts';
import { StopFailed } from '../runtime/async/closers.ts';
import { printable, printableLine } from '../text/printable.ts';
import { addAccountCommands } from './account-commands.ts';
import type { Run } from './command.ts';
import { configCommand } from './config.ts';
import { addDrillCommand } from './drills/command.ts';
import { messageOf, TakenOver, UsageError } from './errors.ts';
import { examples, HELP } from './help.ts';
import { type WatchFlags, watchCommand } from './ingest/watch-command.ts';
import { type Language, languageOf } from './language.ts';
import { backupCommand, demoCommand, diagram, doctorOf, migrateCommand, serve, worker } from './lazy-commands.ts';
import { exportCommand, importCommand } from './library/commands.ts';
import { output } from './output.ts';
import { addPictureCommands } from './pictures/commands.ts';
import { VERSION } from './project.ts';
import type { ReprocessOptions } from './reprocess.ts';
import { addRunCommands } from './run-commands.ts';
import type { SearchOptions } from './search.ts';
import { explainCommand, ingestCommand, reprocessCommand, searchCommand, statusCommand, textCommand } from './with-service.ts';

export async function run(argv: string[], env: NodeJS.ProcessEnv): Promise<ExitCode> {
  let code: ExitCode = EXIT.OK;
  const language = languageOf(env);
  const program = new Command('tuodi')
    .description('Takes pictures in, reads the text on them, and makes them findable by it.')
    .version(VERSION)
    .option('--json', 'one JSON object a line on standard output, and nothing else there')
    .option('--data-dir <folder>', 'TUODI_DATA_DIR')
    .option('--url <url>', 'TUODI_URL: a running service')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(printable(text)) })
    .addHelpText('after', HELP)
    .exitOverride();
  /** Reads the configuration, runs, and keeps the code. */
  const given = () => {
    const { json = false, dataDir, url } = program.opts<{ json?: boolean; dataDir?: string; url?: string }>();
    const out = output(json, { language, plain: env.TERM === 'dumb' });
    const flags = { ...(dataDir ? { data_dir: dataDir } : {}), ...(url ? { url } : {}) };
    return { out, read: () => readConfig(env, flags) };
  };
  const does = async (work: Run): Promise<void> => {
    const { out, read } = given();
    const { config, warnings, sources } = read();
    for (const warning of warnings) out.warn(warning);
    code = await work(config, out, sources);
  };
  addCommands(program, does);
  addPictureCommands(program, does);
  addRunCommands(program, does);
  addAccountCommands(program, does);
  addFolderCommands(program, does);
  addOwnCommands(program, does);
  addDrillCommand(program, does, env);
  program
    .command('doctor')
    .description('what is wrong around the service, and what to do; ends with 3 if something is')
    .action(async () => {
      const { out, read } = given();
      code = await doctorOf(read, out); // a wrong setting is a finding
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return codeOf(error, language);
  }
}

function addCommands(program: Command, does: (work: Run) => Promise<void>): void {
  const list = (value: string, before: string[] = []) => [...before, value];
  program
    .command('serve')
    .description('the service: API, workers and sweep')
    .action(() => does(serve));
  program
    .command('worker')
    .description('workers and sweep without the API, beside a service on the same servers')
    .action(() => does(worker));
  program
    .command('ingest <paths...>')
    .description('takes pictures in, and says of each where it came to rest')
    .option('--title <title>', 'of every one of them; the file name unless said')
    .option('--tag <tag>', 'may be said more than once', list)
    .option('--watch', 'looks at the folders again and again, until it is stopped')
    .option('--then <what>', 'with --watch, of a file whose picture is in: keep (default), move=<folder> or delete')
    .addHelpText(
      'after',
      examples(
        'tuodi ingest scan.pdf photos',
        'tuodi ingest --tag receipt ~/inbox',
        'tuodi ingest --watch inbox --then move=done',
      ),
    )
    .action((paths: string[], { watch = false, ...options }: WatchFlags & { watch?: boolean }) => {
      if (options.then && !watch) throw new UsageError('--then goes with --watch');
      return does(watch ? watchCommand(paths, options) : ingestCommand(paths, options));
    });
  program
    .command('search <query>')
    .description('finds pictures by their text and metadata')
    .option('--limit <n>', 'at most so many', wholeNumber)
    .addOption(new Option('--mode <mode>').choices(['hybrid', 'text', 'vector']))
    .addOption(new Option('--match <tier>', 'how well a picture must match at least').choices(TIERS))
    .addHelpText('after', examples('tuodi search 发票', 'tuodi search "cable car" --mode text --limit 50'))
    .action((query: string, options: SearchOptions) => does(searchCommand(query, options)));
  program
    .command('text <resource_id>')
    .description('the text read off a picture')
    .action((id: string) => does(textCommand(id)));
  program
    .command('explain <resource_id>')
    .description('why a picture can or cannot be found; ends with 3 if something is not as it should be')
    .action((id: string) => does(explainCommand(id)));
  program
    .command('reprocess <resource_id>')
    .description('does a picture again, though nothing has failed')
    .addOption(new Option('--from <step>', 'the first step').choices(REPROCESS_FROM).default('ocr'))
    .addOption(
      new Option('--own-text <how>', 'whether the text that the file carries is used').choices([...OWN_TEXT_ORDERS, 'auto']),
    )
    .addOption(new Option('--engine <engine>', 'what reads it, now and later; auto: the service chooses').choices(ENGINE_CHOICES))
    .option('--discard-corrections', 'drops what people have corrected')
    .action((id: string, options: ReprocessOptions) => does(reprocessCommand(id, options)));
  program
    .command('status')
    .description('how far behind searches are, which parts are not ok, and how many pictures are in which status')
    .action(() => does(statusCommand));
  program
    .command('migrate')
    .description('brings the database to this version')
    .option('--check', 'only says what is to be done; ends with 3 if there is something')
    .action(({ check = false }: { check?: boolean }) => does(migrateCommand(check)));
}

/** What concerns the program itself. */
function addOwnCommands(program: Command, does: (work: Run) => Promise<void>): void {
  program
    .command('diagram [machine]')
    .description('a machine drawn, in words or for other tools: resource (default), task or run')
    .addOption(
      new Option('--format <format>')
        .choices(['mermaid', 'svg', 'text', 'matrix', 'table', 'stately', 'xstate', 'json'])
        .default('mermaid'),
    )
    .action((machine: string | undefined, { format }: { format: string }) => does(diagram(machine ?? 'resource', format)));
  program
    .command('demo')
    .description('the whole service on the samples, in a folder of its own')
    .action(() => does(demoCommand));
  program
    .command('config')
    .description('every setting in force, and where it came from; secrets are masked')
    .action(() => does(configCommand));
  program
    .command('version')
    .description('the version')
    .action(() =>
      does(async (_, out) => {
        out.result({ version: VERSION }, () => VERSION);
        return 0;
      }),
    );
}

/** A library as a whole: in and out of folders. */
function addFolderCommands(program: Command, does: (work: Run) => Promise<void>): void {
  const COPY = 'copies objects even where a hard link would do';
  program
    .command('export <folder>')
    .description('originals, texts and a list of all that is needed to make the library again')
    .action((folder: string) => does(exportCommand(folder)));
  program
    .command('import <folder>')
    .description('takes in what an export holds; bytes that are here already are left alone')
    .action((folder: string) => does(importCommand(folder)));
  program
    .command('backup <target>')
    .description('the data folder as it is at one moment, while the service runs')
    .option('--copy', COPY)
    .action((target: string, options: { copy?: boolean }) => does(backupCommand(target, options)));
}

function codeOf(error: unknown, language: Language): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE; // commander has said what is wrong
  const message = messageOf(error, language);
  const has_lines = error instanceof ConfigError || error instanceof ApiError; // a line a fault
  output(false).warn(has_lines ? message : printableLine(message));
  if (error instanceof ConfigError || error instanceof UsageError || isOfLaterVersion(error)) return EXIT.USAGE;
  if (error instanceof TakenOver) return EXIT.TAKEN_OVER;
  return error instanceof StopFailed && error.too_long ? EXIT.STOP_TOO_LONG : EXIT.ERROR;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 200) throw new UsageError(`${text} is not a number from 1 to 200`);
  return number;
}
/** By name: their classes are loaded with the database. */
const isOfLaterVersion = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'LaterVersion' || error.name === 'UnservedInstances');
