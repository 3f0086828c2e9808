/**
 * `hearsay run`: a node as a process. Everything that only a process has stands here: signals, exit codes,
 * the last words after a defect.
 */
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { assert } from '../../basics/assert.ts';
import type { LoadedConfig } from '../../daemon/config/config.ts';
import type { Daemon, DaemonOptions } from '../../daemon/daemon.ts';
import {
  addFileOption,
  addKeyFlags,
  asFailure,
  readConfiguration,
  type ConfigurationFlags,
} from '../configuration-flags.ts';
import { HeapThrift } from '../heap-thrift.ts';
import { howToCall } from '../invocation.ts';
import { composeWelcome, formatWelcome, logWelcome } from '../welcome.ts';

/** Milliseconds for an orderly end; the process is promised to be gone after five seconds. */
const SHUTDOWN_MAX = 4_500;

const EXAMPLES = `
Examples:
  hearsay run
  hearsay run -c node.ini --log-level debug
  hearsay run --p2p-address 127.0.0.1:6002 --api-address 127.0.0.1:7002 \\
    --known-peers 127.0.0.1:6001

'hearsay -c node.ini' is the same as 'hearsay run -c node.ini'.

The log goes to standard error: as text on a terminal, otherwise as one JSON
object a line. One of the first has the fields p2pAddress and apiAddress, with
the ports that were really taken.

Signals: SIGTERM and SIGINT end the node in order, within five seconds; a second
one ends it at once. SIGHUP changes nothing.

Exit code: 0 ended in order; 1 defect, or not ended in time; 2 wrong usage or
configuration, such as an address that is taken; 130 or 143 ended at once by a
second SIGINT or SIGTERM.`;

export function define(command: Command): void {
  addFileOption(command);
  addKeyFlags(command);
  command.addHelpText('after', EXAMPLES).action(run);
}

async function run(flags: ConfigurationFlags): Promise<void> {
  const loaded = readConfiguration(flags);
  const thrift = new HeapThrift();
  // Only now: whoever mistyped a flag need not wait for the rest of the program.
  const [{ startDaemon }, { createLogger }] = await Promise.all([
    import('../../daemon/daemon.ts'),
    import('../../daemon/observe/logger.ts'),
  ]);
  const log = createLogger({ level: loaded.config.logLevel });
  endOnDefect(log);
  const stopped = stopSignal(log);
  const daemon = await start(loaded, log, startDaemon);
  thrift.watch(() => daemon.carriedBytes);
  welcome(daemon, log);
  if (loaded.sources.get('state_dir') === 'default' && loaded.config.stateDir === undefined) {
    log.info(FORGETFUL);
  }
  await stopped;
  await stop(daemon, log);
}

async function start(
  { config, warnings, settings }: LoadedConfig,
  log: Logger,
  startDaemon: (options: DaemonOptions) => Promise<Daemon>,
): Promise<Daemon> {
  for (const warning of warnings) log.warn(warning);
  try {
    const nameSetting = (key: string): string | undefined => settings.get(key);
    return await startDaemon({ config, log, remembers: true, nameSetting });
  } catch (error) {
    throw asFailure(error);
  }
}

/** Said to those who may not know it: not to whoever has set `state_dir = none`. */
const FORGETFUL =
  'nothing that this node remembers, nor a key that it makes, outlives this process: port 0 has no state directory; set state_dir';

function welcome(daemon: Daemon, log: Logger): void {
  const call = howToCall({
    script: process.argv[1] ?? 'hearsay',
    path: process.env['PATH'],
    isNpmScript: process.env['npm_lifecycle_event'] === 'start',
  });
  const { p2pAddress, apiAddress: api, identity } = daemon;
  assert(api !== undefined, 'a node that is run listens for applications');
  const lines = composeWelcome({ p2p: { kind: 'tcp', ...p2pAddress }, api, identity }, call);
  if (!process.stderr.isTTY) logWelcome(lines, log);
  else if (log.isLevelEnabled('info')) process.stderr.write(formatWelcome(lines));
}

/** Resolves with the first SIGINT or SIGTERM; the next one ends the process on the spot. */
function stopSignal(log: Logger): Promise<void> {
  process.on('SIGHUP', () =>
    log.info('SIGHUP changes nothing: restart to read the configuration anew'),
  );
  return new Promise((resolve) => {
    let hasStopped = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (hasStopped) process.exit(signal === 'SIGINT' ? 130 : 143);
      hasStopped = true;
      log.info({ signal }, 'stopping; a second signal ends the node at once');
      endWhenOverdue(log);
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}

/** Counts from the signal, so that a start that hangs is ended as well. */
function endWhenOverdue(log: Logger): void {
  setTimeout(() => {
    log.error({ milliseconds: SHUTDOWN_MAX }, 'stopping takes too long: ending the node as it is');
    process.exit(1);
  }, SHUTDOWN_MAX);
}

async function stop(daemon: Daemon, log: Logger): Promise<void> {
  await daemon.close();
  log.info('stopped');
  // Nothing is left to do, but a handle somewhere might disagree. There is no result that could be cut off.
  process.exit(0);
}

/** After a defect nothing can be relied on, so the node does not go on, nor does it save anything. */
function endOnDefect(log: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'a defect in hearsay, please report it; the node ends');
    process.exit(1);
  });
}
