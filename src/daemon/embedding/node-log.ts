/**
 * The log of an embedded node: whatever the program hands in, and never its own.
 */
import type { Mailbox } from './mailbox.ts';

/** What a line is written with: pino's order of arguments, which suits `console` too. */
export interface NodeLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  /** What the operator must see to now. Default: `warn`. */
  error?(fields: object, message: string): void;
  /** Whether lines of a level are wanted. Default: all are. */
  isLevelEnabled?(level: string): boolean;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

/** The same for the inside: lines are handed over when the node is done with what it is doing. */
export class PostedLog implements Required<NodeLog> {
  readonly #log: NodeLog | undefined;
  readonly #mailbox: Mailbox;

  constructor(log: NodeLog | undefined, mailbox: Mailbox) {
    this.#log = log;
    this.#mailbox = mailbox;
  }

  isLevelEnabled(level: string): boolean {
    if (this.#log === undefined) return false;
    return this.#log.isLevelEnabled?.(level) ?? true;
  }

  debug(fields: object, message: string): void {
    this.#post('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#post('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#post('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#post('error', fields, message);
  }

  #post(level: Level, fields: object, message: string): void {
    const log = this.#log;
    if (log === undefined) return;
    const write = level === 'error' && log.error === undefined ? 'warn' : level;
    this.#mailbox.post({ deliver: () => log[write]?.(fields, message) });
  }
}
