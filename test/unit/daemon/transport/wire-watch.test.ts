import { EventEmitter } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  IDLE_BYTES_MAX,
  WIRE_RATIO_MAX,
  WireWatch,
} from '../../../../src/daemon/transport/wire-watch.ts';

class FakeChannel extends EventEmitter {
  bytesRead = 0;
  reason: string | undefined;

  destroy(error: Error): void {
    this.reason = error.message;
    this.emit('close');
  }
}

function bench(): { raw: { bytesRead: number }; channel: FakeChannel; watch: WireWatch } {
  const raw = { bytesRead: 3_000 };
  const channel = new FakeChannel();
  const watch = new WireWatch();
  // Proof of the cast: nothing else of a channel is used.
  watch.add(raw, channel as unknown as TLSSocket);
  return { raw, channel, watch };
}

describe('a channel', () => {
  it('is ended when more comes on the wire for nothing than may', () => {
    const { raw, channel, watch } = bench();
    raw.bytesRead += IDLE_BYTES_MAX + 1;
    watch.tick();
    expect(channel.reason).toBe('65537 bytes of TLS brought 0 bytes of messages');
    expect(watch.size).toBe(0);
  });

  it('stays while it is no more, tick by tick', () => {
    const { raw, channel, watch } = bench();
    for (let tick = 0; tick < 3; tick++) {
      raw.bytesRead += IDLE_BYTES_MAX;
      watch.tick();
    }
    expect(channel.reason).toBeUndefined();
  });

  it('may bring its data byte by byte', () => {
    const { raw, channel, watch } = bench();
    channel.bytesRead += 1_000_000;
    raw.bytesRead += WIRE_RATIO_MAX * 1_000_000;
    watch.tick();
    expect(channel.reason).toBeUndefined();
  });

  it('is forgotten when it is closed', () => {
    const { channel, watch } = bench();
    channel.emit('close');
    expect(watch.size).toBe(0);
  });
});
