/** What `--help` shows below the commands and options: examples, exit codes, and the variables that commands read. */
import { EXIT } from '../contract/exit-codes.ts';

const lined = (title: string, rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [`\n${title}:`, ...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`)].join('\n');
};

/** Commands as they are typed, for the help of one command. */
export const examples = (...commands: string[]): string => ['\nExamples:', ...commands.map((one) => `  ${one}`)].join('\n');

const CODES: Record<keyof typeof EXIT, string> = {
  OK: 'all well; stopped, as asked',
  ERROR: 'an error of tuodi, or of a server or disk that it needs',
  USAGE: 'wrong usage or configuration, no library there, or one of a later version',
  SOME_FAILED: 'finished, but something failed or was not taken in',
  TAKEN_OVER: 'another process has taken over',
  STOP_TOO_LONG: 'the stop took too long, and was cut off',
};
const codes = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), CODES[name]] as const);

/** For the help of the program. */
export const HELP = [
  examples(
    'tuodi serve                             the service; commands find it by themselves',
    'tuodi ingest ~/Pictures/receipts        files and folders',
    'tuodi ingest --watch inbox --then move=done',
    'tuodi search "invoice 2026"',
    'tuodi list --status INDEX_FAILED        what failed; then: tuodi retry <ids>',
    'tuodi --json list | jq -r .resource_id  for scripts',
  ),
  lined('Exit codes', codes),
  lined('Variables', [
    ['TUODI_URL', 'a running service (--url)'],
    ['TUODI_API_KEY', 'its key; sent to TUODI_URL only'],
    ['TUODI_DATA_DIR', 'the data folder (--data-dir); tuodi-data unless set'],
    ['TUODI_LOG_LEVEL', 'what is logged: fatal, error, warn, info, debug, trace, silent'],
    ['TUODI_…', 'every other setting: tuodi config lists them with their values'],
    ['LC_ALL, LC_MESSAGES, LANG', 'the language of what is printed: Chinese for zh, else English; this help is English'],
    ['TERM, NO_COLOR', 'dumb: no moving bar; no colour is printed anyway'],
  ]),
].join('\n');
