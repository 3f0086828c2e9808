/** `hearsay announce`: one announcement from the command line or standard input. */
import type { Command } from 'commander';
import { DATA_BYTES_MAX } from '../../client/limits.ts';
import { apiOption, chooseApiTarget, parseDataType, parseTtl } from '../arguments.ts';
import { Failure } from '../failure.ts';
import { say } from '../print.ts';
import { withClient } from '../with-client.ts';

interface AnnounceFlags {
  readonly ttl?: number;
  readonly api?: string;
}

const EXAMPLES = `
Examples:
  hearsay announce 1337 "hello, world"
  hearsay announce 1337 --ttl 2 --api '[::1]:7001' "not further than two hops"
  hearsay announce 1337 < picture.png
  hearsay announce 1337 -- --text-that-looks-like-a-flag

Succeeds when the bytes are on their way to the node; the protocol has no reply.
Exit code: 0 done, 1 failed, 2 wrong usage, or more than ${DATA_BYTES_MAX} bytes.`;

export function define(command: Command): void {
  command
    .argument('<TYPE>', 'the type of the data, 0 to 65535', parseDataType)
    .argument('[DATA]', 'the data as text (UTF-8); without it, or as -, standard input as it is')
    .option('--ttl <HOPS>', 'how far it may travel, 0 (no limit, the default) to 255', parseTtl)
    .addOption(apiOption())
    .addHelpText('after', EXAMPLES)
    .action(announce);
}

async function announce(
  type: number,
  text: string | undefined,
  flags: AnnounceFlags,
): Promise<void> {
  const target = chooseApiTarget(flags.api, process.env);
  const data = text === undefined || text === '-' ? await readStandardInput() : Buffer.from(text);
  if (data.length > DATA_BYTES_MAX) {
    const message = `the data has more than ${DATA_BYTES_MAX} bytes, which is all that one announcement can carry`;
    throw new Failure(2, message);
  }
  await withClient(target, (client) => client.announce(type, data, { ttl: flags.ttl ?? 0 }));
}

/** All of it, or as much as shows that it is too much. */
async function readStandardInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY) say('reading the data from the terminal; Ctrl-D ends it');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > DATA_BYTES_MAX) break;
  }
  return Buffer.concat(chunks);
}
