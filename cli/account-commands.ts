/** The commands about organisations, users and keys, as the command line takes them. */
import { type Command, Option } from 'commander';
import { ROLE_NAMES } from '../contract/roles.ts';
import type { OrgsOptions, UsersOptions } from './accounts.ts';
import type { Run } from './command.ts';
import type { KeysOptions } from './keys.ts';
import { keysCommand, loginLinkCommand, orgsCommand, usersCommand } from './lazy-commands.ts';
import type { LoginLinkOptions } from './login-link.ts';

const ORG = ['--org <org_id>', 'of this organisation; `default` unless given'] as const;

export function addAccountCommands(program: Command, does: (work: Run) => Promise<void>): void {
  program
    .command('keys')
    .description('API keys: list (default), create <name>, revoke <key_id>')
    .argument('[action]', 'list, create or revoke', 'list')
    .argument('[subject]', 'a name, or a key_id')
    .option(...ORG)
    .option('--user <user_id>', 'with create: the user it acts for')
    .addOption(new Option('--role <role>', 'with create: what it may do; editor unless given').choices([...ROLE_NAMES]))
    .option('--expires <when>', 'with create: 90d, 12h or a date; never unless given')
    .option('--installation', 'with create: it may also see and do what concerns all organisations')
    .action((action: string, subject: string | undefined, options: KeysOptions) => does(keysCommand(action, subject, options)));
  program
    .command('orgs')
    .description('organisations: list (default), create <org_id>')
    .argument('[action]', 'list or create', 'list')
    .argument('[org_id]', 'lower-case letters, digits and hyphens')
    .option('--name <name>', 'with create: the name to show; the id unless given')
    .action((action: string, subject: string | undefined, options: OrgsOptions) => does(orgsCommand(action, subject, options)));
  program
    .command('users')
    .description('users of an organisation: list (default), create <name>, role <user_id>, revoke <user_id>')
    .argument('[action]', 'list, create, role or revoke', 'list')
    .argument('[subject]', 'a name to show, or a user_id')
    .option(...ORG)
    .addOption(
      new Option('--role <role>', 'with create and role: what a browser of the user may do; editor unless given').choices([
        ...ROLE_NAMES,
      ]),
    )
    .option('--installation', 'with create and role: and also what concerns all organisations')
    .action((action: string, subject: string | undefined, options: UsersOptions) => does(usersCommand(action, subject, options)));
  program
    .command('login-link')
    .description('a link that signs a browser in, good once, for 15 minutes')
    .option(...ORG)
    .option('--user <user_id>', "as this user; the organisation's first administrator unless given")
    .action((options: LoginLinkOptions) => does(loginLinkCommand(options)));
}
