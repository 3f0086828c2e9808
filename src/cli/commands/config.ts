/** `hearsay config check` and `hearsay config show`: look at a configuration without starting a node. */
import type { Command } from 'commander';
import { formatConfig } from '../../daemon/config/config.ts';
import {
  addFileOption,
  addKeyFlags,
  fileOf,
  readConfiguration,
  sayWarnings,
  type ConfigurationFlags,
} from '../configuration-flags.ts';
import { Failure } from '../failure.ts';
import { printResult } from '../print.ts';

const CHECK_EXAMPLES = `
Example:
  hearsay config check -c node.ini

Prints "FILE: ok". Warnings go to standard error and change nothing.
Exit code: 0 the file can be used, 2 it cannot; the reason names file, line and key.`;

const SHOW_EXAMPLES = `
Examples:
  hearsay config show
  hearsay config show -c node.ini --degree 6 > effective.ini

Prints every key as 'hearsay run' with the same arguments would use it, in the
form of a file that can be read again; limits ([gossip.limits]) that nobody
set as comments, and what the file says about single data types
([gossip.type.N]) as it was set.
Exit code: 0 printed, 2 the configuration cannot be used.`;

export function define(command: Command): void {
  const check = command.command('check').description('check a configuration file');
  addFileOption(check);
  check.addHelpText('after', CHECK_EXAMPLES).action(checkFile);

  const show = command.command('show').description('print the configuration that would be used');
  addFileOption(show);
  addKeyFlags(show);
  show.addHelpText('after', SHOW_EXAMPLES).action(showEffective);
}

async function checkFile(flags: ConfigurationFlags): Promise<void> {
  const file = fileOf(flags);
  if (file === undefined) throw new Failure(2, 'config check needs a file: -c FILE');
  sayWarnings(readConfiguration(flags));
  await printResult(`${file}: ok`);
}

async function showEffective(flags: ConfigurationFlags): Promise<void> {
  const loaded = readConfiguration(flags);
  sayWarnings(loaded);
  await printResult(formatConfig(loaded.config, loaded.sources).trimEnd());
}
