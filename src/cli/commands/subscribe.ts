/**
 * `hearsay subscribe`: prints what arrives and answers for it. A message is answered once it is printed, so
 * what nobody has read is not vouched for.
 */
import type { Command } from 'commander';
import { formatApiTarget, type ApiTarget } from '../../client/api-target.ts';
import type { HearsayClient } from '../../client/hearsay-client.ts';
import { nodeHasCaughtUp } from '../../client/probe.ts';
import type { Received } from '../../client/received.ts';
import type { Subscription } from '../../client/subscription.ts';
import { apiOption, chooseApiTarget, collectDataTypes, parseCount } from '../arguments.ts';
import { decodeUtf8, escapeData, toJsonLine } from '../display.ts';
import { printResult, say } from '../print.ts';
import { withClient } from '../with-client.ts';

interface SubscribeFlags {
  readonly count?: number;
  readonly json?: true;
  readonly reject?: true;
  readonly api?: string;
}

/** One message as it is printed. */
type Format = (received: Received) => string;

const EXAMPLES = String.raw`
Examples:
  hearsay subscribe 1337
  hearsay subscribe 1337 42 --json
  hearsay subscribe 1337 --count 1 > first.txt

Prints one line per message: text as it is, a backslash as \\, every byte of
anything else as \x and two hexadecimal digits. With several types each line
starts with the type and a tab. With --json each line is an object with "type",
"id" (the message ID of the notification), "data" (base64) and, if the data is
UTF-8, "text".

Every message printed is accepted, so the node passes it on; with --reject it is refused.

Exit code: 0 after --count messages, or when nobody reads the output any more;
1 when the node is gone; 2 wrong usage; 130 after Ctrl-C (SIGINT), 143 after
SIGTERM.`;

export function define(command: Command): void {
  command
    .argument('<TYPE...>', 'the types of data to hear of, 0 to 65535', collectDataTypes)
    .option('--count <N>', 'stop after this many messages, from 1', parseCount)
    .option('--json', 'print JSON objects')
    .option('--reject', 'refuse every message instead of accepting it')
    .addOption(apiOption())
    .addHelpText('after', EXAMPLES)
    .action(subscribe);
}

async function subscribe(types: readonly number[], flags: SubscribeFlags): Promise<void> {
  const target = chooseApiTarget(flags.api, process.env);
  await withClient(target, (client) => listen(client, target, types, flags));
}

async function listen(
  client: HearsayClient,
  target: ApiTarget,
  types: readonly number[],
  flags: SubscribeFlags,
): Promise<void> {
  const subscription = client.subscribe(types);
  leaveOnSignal(subscription);
  await subscription.ready;
  // "Subscribed" is to mean that the node knows: whoever announces after this line is heard.
  await nodeHasCaughtUp(target);
  say(`subscribed to ${types.join(', ')} at ${formatApiTarget(target)}`);
  const format = chooseFormat(types, flags);
  let remaining = flags.count ?? Number.POSITIVE_INFINITY;
  for await (const received of subscription) {
    if (!(await printResult(format(received)))) break;
    if (flags.reject) received.reject();
    else received.accept();
    remaining -= 1;
    if (remaining === 0) break;
  }
}

/** The message at hand is still printed and answered. A second signal ends the process as it always does. */
function leaveOnSignal(subscription: Subscription): void {
  const leave = (exitCode: number): void => {
    process.exitCode = exitCode;
    void subscription.return();
  };
  process.once('SIGINT', () => leave(130));
  process.once('SIGTERM', () => leave(143));
}

function chooseFormat(types: readonly number[], flags: SubscribeFlags): Format {
  if (flags.json) return formatJson;
  if (types.length === 1) return ({ data }) => escapeData(data);
  return ({ dataType, data }) => `${dataType}\t${escapeData(data)}`;
}

function formatJson({ dataType, messageId, data }: Received): string {
  const base64 = Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64');
  return toJsonLine({ type: dataType, id: messageId, data: base64, text: decodeUtf8(data) });
}
