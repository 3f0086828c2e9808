#!/usr/bin/env node
/** The program `hearsay`. Everything is in command-line.ts, which can be loaded without running anything. */
import { runCommandLine } from './command-line.ts';
import { survivePipesThatBreak } from './print.ts';

survivePipesThatBreak();
// Never process.exit here: it would cut off what standard output has not taken yet.
process.exitCode = (await runCommandLine(process.argv.slice(2))) ?? process.exitCode;
