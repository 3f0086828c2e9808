import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TcpBacklogReader } from '../../../../src/daemon/sockets/tcp-backlog.ts';

/** Addresses as a machine with the other byte order would print them are other addresses. */
const IS_LITTLE = endianness() === 'LE';
const LOOPBACK = IS_LITTLE ? '0100007F' : '7F000001';
const MAPPED = IS_LITTLE ? '0000000000000000FFFF0000' : '00000000000000000000FFFF';
const LOOPBACK_6 = IS_LITTLE ? '00000000000000000000000001000000' : `${'0'.repeat(31)}1`;

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n';

function line(local: string, remote: string, queue: string): string {
  return `   1: ${local} ${remote} 01 ${queue}:00000000 00:00000000 00000000     0        0 1207\n`;
}

function socketAt(local: [string, number], remote: [string, number]): Socket {
  const [localAddress, localPort] = local;
  const [remoteAddress, remotePort] = remote;
  return { localAddress, localPort, remoteAddress, remotePort } as Socket;
}

function backlogOf(table: string, socket: Socket): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'tcp');
  writeFileSync(file, HEADER + table);
  const reader = new TcpBacklogReader([join(folder, 'absent'), file]);
  return new Promise((resolve) => reader.read((backlog) => resolve(backlog.of(socket))));
}

describe('the backlog of a TCP connection', () => {
  it('is found by both its ends', async () => {
    const table =
      line(`${LOOPBACK}:1771`, `${LOOPBACK}:D432`, '0000FFFF') +
      line(`${LOOPBACK}:1771`, `${LOOPBACK}:D431`, '0038B240');
    const socket = socketAt(['127.0.0.1', 6001], ['127.0.0.1', 0xd431]);
    expect(await backlogOf(table, socket)).toBe(0x38b240);
  });

  it('is found for IPv6', async () => {
    const table = line(`${LOOPBACK_6}:1771`, `${LOOPBACK_6}:D431`, '00000010');
    expect(await backlogOf(table, socketAt(['::1', 6001], ['::1', 0xd431]))).toBe(16);
  });

  it('is found for IPv4 on an IPv6 socket', async () => {
    const host = `${MAPPED}${LOOPBACK}`;
    const table = line(`${host}:1771`, `${host}:D431`, '00000010');
    const socket = socketAt(['::ffff:127.0.0.1', 6001], ['::ffff:127.0.0.1', 0xd431]);
    expect(await backlogOf(table, socket)).toBe(16);
  });

  it('is unknown for a connection that is not listed', async () => {
    const socket = socketAt(['127.0.0.1', 6001], ['127.0.0.1', 6002]);
    expect(await backlogOf('', socket)).toBeUndefined();
  });

  it('is unknown where the system has no such list', async () => {
    const reader = new TcpBacklogReader([join(tmpdir(), 'absent')]);
    const socket = socketAt(['127.0.0.1', 6001], ['127.0.0.1', 6002]);
    const backlog = await new Promise((resolve) => reader.read((seen) => resolve(seen.of(socket))));
    expect(backlog).toBeUndefined();
  });
});
