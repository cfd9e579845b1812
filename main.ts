#!/usr/bin/env node
/** The entry: one command, and the code it ends with. */
import { run } from './cli/program.ts';

process.exitCode = await run(process.argv.slice(2), process.env);
