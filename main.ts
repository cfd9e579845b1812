#!/usr/bin/env node
/** The entry: one command, and the code it ends with. */
import { exitWith } from './cli/exit.ts';
import { run } from './cli/program.ts';

process.umask(0o077); // whatever this process makes is its user's alone
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'; // its version is pinned, and runs on our oldest Node
exitWith(await run(process.argv.slice(2), process.env));
