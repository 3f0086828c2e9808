/** Starts a node in this process: takes what it needs one after the other, and gives all of it back if one is missing. */
import { fitToDescriptors } from './descriptor-limit.ts';
import { daemonBounds } from './limits.ts';
import { openDoors } from './listening.ts';
import { Memory } from './memory.ts';
import { Reporter } from './observe/reporter.ts';
import { takeOwnState } from './own-state.ts';
import { RunningDaemon, type Daemon, type DaemonOptions } from './running-daemon.ts';

export type { Daemon, DaemonOptions, DaemonSnapshot } from './running-daemon.ts';

/** The codes of a `ConfigError` that only a start can end with; docs/errors.md lists them. */
export const START_ERROR_CODES = ['listen', 'key-file', 'state-dir', 'descriptors'] as const;

/**
 * Starts a node and resolves once it listens on both its addresses. Rejects with a `ConfigError`, and nothing
 * left open, if an address cannot be had (`listen`), its key not be used (`key-file`), its state directory neither
 * (`state-dir`), or if there are too few file descriptors (`descriptors`).
 */
export async function startDaemon(given: DaemonOptions): Promise<Daemon> {
  const { log } = given;
  const { config, warning } = fitToDescriptors(given.config);
  if (warning !== undefined) log.warn({}, warning);
  const options = { ...given, config };
  const { hasApi = true } = options;
  const state = takeOwnState(config, options.remembers === true, (message) =>
    log.warn({}, message),
  );
  try {
    const bounds = options.bounds ?? daemonBounds(config.limits, state.identity?.keyType);
    const reporter = new Reporter(log, bounds.logLinesPerTick);
    const doors = await openDoors({
      config,
      hasApi,
      lookupTime: bounds.lookupTime,
      onTrouble: (error) => reporter.onAcceptTrouble(error),
      nameSetting: options.nameSetting,
    });
    const memory =
      state.directory === undefined ? undefined : await Memory.load(state.directory, log);
    return new RunningDaemon({ options, bounds, reporter, doors, state, memory });
  } catch (error) {
    state.release();
    throw error;
  }
}
