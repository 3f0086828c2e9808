/** `hearsay identity`: shows whose key a node holds, and makes the key if there is none yet. */
import type { Command } from 'commander';
import type { LoadedConfig } from '../../daemon/config/config.ts';
import {
  addFileOption,
  addKeyFlags,
  asFailure,
  readConfiguration,
  sayWarnings,
  type ConfigurationFlags,
} from '../configuration-flags.ts';
import { Failure } from '../failure.ts';
import { printResult } from '../print.ts';

const EXAMPLES = `
Examples:
  hearsay identity -c node.ini
  hearsay identity -c node.ini --json

Shows the identity of the node that 'hearsay run' with the same arguments starts,
and makes its key if there is none: others can put it into their pins before the
node has ever run. The identity is no secret; the file with the key is.

Exit code: 0 shown, 2 the configuration or the key cannot be used.`;

type IdentityFlags = ConfigurationFlags & { readonly json?: true };

export function define(command: Command): void {
  addFileOption(command);
  command.option('--json', 'one JSON object instead of text');
  addKeyFlags(command);
  command.addHelpText('after', EXAMPLES).action(show);
}

async function show({ json, ...flags }: IdentityFlags): Promise<void> {
  const loaded = readConfiguration(flags as ConfigurationFlags);
  sayWarnings(loaded);
  const found = await lookUp(loaded.config);
  const lines = Object.entries(found).map(([name, value]) => `${`${name}:`.padEnd(10)}${value}`);
  await printResult(json === true ? JSON.stringify(found) : lines.join('\n'));
}

async function lookUp(config: LoadedConfig['config']): Promise<Record<string, string>> {
  if (config.stateDir === undefined && config.hostkey === undefined) {
    throw new Failure(2, 'this node keeps no key: set state_dir or hostkey, or name a file (-c)');
  }
  const { ownIdentity } = await import('../../daemon/own-state.ts');
  const { shortIdentity } = await import('../../daemon/short-identity.ts');
  try {
    const { identity, keyType, path } = ownIdentity(config, config.stateDir);
    return { identity, short: shortIdentity(identity), type: keyType, path: path ?? '' };
  } catch (error) {
    throw asFailure(error);
  }
}
