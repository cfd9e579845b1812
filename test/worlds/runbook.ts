/** The rows of "By alert" in docs/operations.md: their commands, run as they stand. */
import { readFileSync } from 'node:fs';
import { tuodi } from './tuodi.ts';

type Row = { look: string[]; help: string[] };

/** Commands of ours in backticks; `readyz` is asked as the page's first look asks it. */
const commandsIn = (cell: string): string[] => [...cell.matchAll(/`(tuodi [^`]+|readyz)`/g)].map(([, command = '']) => command);
const page = readFileSync('docs/operations.md', 'utf8');
const [, section = ''] = /^## By alert\n([\s\S]*?)\n## /m.exec(page) ?? [];
const rows = new Map<string, Row>(
  [...section.matchAll(/^\| `(Tuodi\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, alert = '', look = '', help = '']) => [
    alert,
    { look: commandsIn(look), help: commandsIn(help) },
  ]),
);

/** code: in place of `…`. url, key: of the service, for `readyz`. env: as its processes have it. */
type Given = { code?: string; only?: 'look' | 'help'; url?: string; key?: string; env?: Record<string, string> };

/** What the commands of an alert's row print, on a data folder or by `env`; what starts a service is not run. */
async function run(
  alert: string,
  folder: string,
  { code = '', only = 'look', url = '', key = '', env = {} }: Given = {},
): Promise<string> {
  const row = rows.get(alert);
  if (!row) throw new Error(`docs/operations.md has no row of ${alert}`);
  const commands = row[only].filter((command) => !/^tuodi (worker|serve)$/.test(command));
  if (commands.length === 0) throw new Error(`the row of ${alert} has no command to ${only}`);
  const said: string[] = [];
  for (const command of commands) {
    if (command === 'readyz') {
      const answer = await fetch(`${url}/readyz`, { headers: { authorization: `Bearer ${key}` } });
      said.push(await answer.text());
      continue;
    }
    const args = command.replace('…', code).split(' ').slice(1);
    const { out, err } = await tuodi(['--data-dir', folder, ...args], env);
    said.push(out, err);
  }
  return said.join('\n');
}

export const runbook = { alerts: [...rows.keys()], run };
