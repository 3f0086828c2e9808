import { describe, expect, it } from 'vitest';
import { SocketTable, type TabledSocket } from '../../../../src/daemon/sockets/socket-table.ts';
import { TcpBacklogReader } from '../../../../src/daemon/sockets/tcp-backlog.ts';
import { SMALL_BOUNDS } from './fakes.ts';

/** A socket that takes its time to close. */
class SlowSocket implements TabledSocket {
  readonly queuedBytes = 10;
  readonly isBehind: boolean;
  isDestroyed = false;
  isClosing = false;
  judged = 0;
  #whenClosed: () => void = () => {};

  constructor(isBehind = false) {
    this.isBehind = isBehind;
  }

  send(): boolean {
    return true;
  }

  withdraw(): void {}

  pause(): void {}

  resume(): void {}

  tick(): void {}

  judgeQueue(): void {
    this.judged++;
  }

  close(): void {
    this.isClosing = true;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.end();
  }

  onClosed(whenClosed: () => void): void {
    this.#whenClosed = whenClosed;
  }

  end(): void {
    this.#whenClosed();
  }
}

function tableOf(sockets: readonly TabledSocket[], closingMax = 256): SocketTable {
  const bounds = { ...SMALL_BOUNDS, closingMax };
  const table = new SocketTable({ bounds, backlogs: new TcpBacklogReader([]) });
  for (const [i, socket] of sockets.entries()) table.add(i, socket);
  return table;
}

describe('the table of sockets', () => {
  it('knows a socket that closes no more, but counts what it still has to send', () => {
    const table = tableOf([new SlowSocket()]);
    table.close(0);
    expect([table.find(0), table.size, table.queuedBytes]).toEqual([undefined, 0, 10]);
  });

  it('forgets a socket when it is closed', () => {
    const socket = new SlowSocket();
    const table = tableOf([socket]);
    table.close(0);
    socket.end();
    expect(table.closingCount).toBe(0);
  });

  it('destroys the one that has been closing longest when too many are', () => {
    const sockets = [new SlowSocket(), new SlowSocket(), new SlowSocket()];
    const table = tableOf(sockets, 2);
    for (const i of sockets.keys()) table.close(i);
    expect(sockets.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false, false]);
  });

  it('tells when the last socket is gone', () => {
    const sockets = [new SlowSocket(), new SlowSocket()];
    const table = tableOf(sockets);
    let areGone = false;
    table.closeAll();
    table.onAllClosed(() => (areGone = true));
    sockets[0]!.end();
    expect(areGone).toBe(false);
    sockets[1]!.end();
    expect(areGone).toBe(true);
  });

  it('looks closer, once a tick, only at sockets that are behind', async () => {
    const [behind, idle] = [new SlowSocket(true), new SlowSocket()];
    const table = tableOf([behind, idle]);
    table.tick();
    while (behind.judged === 0) await new Promise((resolve) => setImmediate(resolve));
    expect([behind.judged, idle.judged]).toEqual([1, 0]);
  });
});
