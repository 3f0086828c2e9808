/**
 * The log: one JSON object a line on standard error, or text in colour if that is a terminal.
 *
 * A log that cannot be written (closed pipe, full disk) costs the lines and nothing else. Lines are written
 * at once and in order, so the last ones before a crash are there; whoever starts a node with a pipe as its
 * standard error has to read it, as with any program.
 */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { pino, type Logger } from 'pino';

export interface LoggerOptions {
  /** The least important lines that are written. */
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** File descriptor. Default 2, standard error. */
  readonly descriptor?: number;
  /** Text for people instead of JSON. Default: whether the descriptor is a terminal. */
  readonly isForPeople?: boolean;
}

export function createLogger(options: LoggerOptions): Logger {
  const { level, descriptor = 2, isForPeople = isatty(descriptor) } = options;
  const format = isForPeople ? prettyFormat() : (line: string): string => line;
  return pino({ level }, { write: (line: string) => writeLine(descriptor, format(line)) });
}

/** Loaded on demand: it takes a fifth of a node's start, and a daemon's log is no terminal. */
function prettyFormat(): (line: string) => string {
  const require = createRequire(import.meta.url);
  const { prettyFactory } = require('pino-pretty') as typeof import('pino-pretty');
  return prettyFactory({
    colorize: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  });
}

function writeLine(descriptor: number, line: string): void {
  let rest = Buffer.from(line);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch {
    // There is no other place to complain, and a node without a log is better than no node.
  }
}
