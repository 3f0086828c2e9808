/**
 * How much of what we handed to the operating system the other side has not acknowledged yet.
 *
 * A socket whose send buffer is full reports room only once a third of the buffer is free, 1.4 MB on
 * loopback: a reader at 100 KB/s looks dead for fourteen seconds on end. Linux shows the truth, to some
 * 100 KB, in /proc/net/tcp. Reading that takes the system some 25 ms however few sockets there are, so it
 * is done on another thread, and only while a queue is high. On other systems nothing is known, and the
 * coarse view has to do.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { readU32 } from '../../basics/integers.ts';
import { parseIp } from '../../wire/address.ts';

/** What a look at the system's tables has shown. */
export interface TcpBacklog {
  /** Bytes without acknowledgement; undefined if nothing is known of this socket. */
  of(socket: Socket): number | undefined;
}

export const UNKNOWN_BACKLOG: TcpBacklog = { of: () => undefined };

export class TcpBacklogReader {
  readonly #files: readonly string[];
  #waiting: ((backlog: TcpBacklog) => void)[] = [];

  /** `files` are the tables for IPv4 and IPv6; tests have their own. */
  constructor(files: readonly string[] = ['/proc/net/tcp', '/proc/net/tcp6']) {
    this.#files = files;
  }

  /** Calls `then` later, with what is known at that time. Callers at the same time share one look. */
  read(then: (backlog: TcpBacklog) => void): void {
    this.#waiting.push(then);
    if (this.#waiting.length > 1) return;
    const texts = this.#files.map((file) => readFile(file, 'latin1').catch(() => ''));
    void Promise.all(texts).then((tables) => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const callback of waiting) callback({ of: (socket) => lookUp(tables, socket) });
    });
  }
}

/** `  0: 0100007F:1771 0100007F:D431 01 0000A3F0:00000000 …`: addresses, state, send queue. */
function lookUp(tables: readonly string[], socket: Socket): number | undefined {
  const local = endpoint(socket.localAddress, socket.localPort);
  const remote = endpoint(socket.remoteAddress, socket.remotePort);
  if (local === undefined || remote === undefined) return undefined;
  const key = `: ${local} ${remote} `;
  for (const table of tables) {
    const start = table.indexOf(key);
    // Two digits and a blank for the state, then eight digits.
    const at = start + key.length + 3;
    if (start >= 0) return Number.parseInt(table.slice(at, at + 8), 16);
  }
  return undefined;
}

/** An endpoint as the kernel prints it: the address in 32-bit words of the machine's own byte order. */
function endpoint(host: string | undefined, port: number | undefined): string | undefined {
  const bytes = host === undefined ? undefined : parseSocketHost(host);
  if (bytes === undefined || port === undefined) return undefined;
  let text = '';
  for (let i = 0; i < bytes.length; i += 4) {
    const word = bytes.slice(i, i + 4);
    if (endianness() === 'LE') word.reverse();
    text += hex(readU32(word, 0), 8);
  }
  return `${text}:${hex(port, 4)}`;
}

/** Like `parseIp`, but an IPv4 address on an IPv6 socket stays what it is to the kernel. */
function parseSocketHost(host: string): Uint8Array | undefined {
  const bytes = parseIp(host);
  if (bytes?.length !== 4 || !host.includes(':')) return bytes;
  const wide = new Uint8Array(16);
  wide.fill(0xff, 10, 12);
  wide.set(bytes, 12);
  return wide;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
