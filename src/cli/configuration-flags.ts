/**
 * The configuration as the command line gives it: a file, and one flag per key, made from the same table
 * that the file is read by.
 */
import { Option, type Command } from 'commander';
import {
  CONFIG_KEYS,
  ConfigError,
  loadConfig,
  type ConfigKey,
  type LoadedConfig,
} from '../daemon/config/config.ts';
import { Failure } from './failure.ts';
import { say } from './print.ts';

/** As commander hands them over: by the name of the option in camel case. */
export type ConfigurationFlags = Readonly<Record<string, string | undefined>>;

/** `-c`, and the ways in which older callers write it. */
export function addFileOption(command: Command): void {
  command
    .option('-c, --config <FILE>', 'the configuration file (INI)')
    .addOption(new Option('-p, --path <FILE>', 'the same as --config').conflicts('config'));
}

/** One flag per configuration key; a flag wins over the file. */
export function addKeyFlags(command: Command): void {
  for (const key of CONFIG_KEYS) command.addOption(keyOption(key));
}

export function fileOf(flags: ConfigurationFlags): string | undefined {
  return flags['config'] ?? flags['path'];
}

/** Reads file and flags. @throws Failure with exit code 2 and what the operator has to change. */
export function readConfiguration(flags: ConfigurationFlags): LoadedConfig {
  const values = new Map<string, string>();
  for (const key of CONFIG_KEYS) {
    const text = flags[keyOption(key).attributeName()];
    if (text !== undefined) values.set(key.name, text);
  }
  try {
    return loadConfig({ file: fileOf(flags), flags: values });
  } catch (error) {
    throw asFailure(error);
  }
}

/** Says on standard error what is allowed in it but probably not meant. */
export function sayWarnings({ warnings }: LoadedConfig): void {
  for (const warning of warnings) say(`warning: ${warning}`);
}

/** What is no {@link ConfigError} is a defect and comes back as it is. */
export function asFailure(error: unknown): unknown {
  return error instanceof ConfigError ? new Failure(2, error.message) : error;
}

function keyOption({ flag, placeholder, meaning, unit, defaultText }: ConfigKey): Option {
  const note = [unit, `default: ${defaultText}`].filter((part) => part !== undefined).join('; ');
  const option = new Option(`${flag} <${placeholder}>`, `${meaning} (${note})`);
  return option.helpGroup('Keys of the file; what is given here wins:');
}
