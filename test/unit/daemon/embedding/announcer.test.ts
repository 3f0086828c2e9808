import { describe, expect, it } from 'vitest';
import type { Input } from '../../../../src/core/inputs.ts';
import { Announcer, ANNOUNCER_BOUNDS } from '../../../../src/daemon/embedding/announcer.ts';
import { LocalClients } from '../../../../src/daemon/embedding/local-clients.ts';
import { Mailbox } from '../../../../src/daemon/embedding/mailbox.ts';
import { delivered } from './fakes.ts';

interface Bench {
  readonly announcer: Announcer;
  readonly clients: LocalClients;
  /** The TTLs of what the core was given, which tell announcements apart. */
  readonly given: number[];
}

/** `onAnnounce`: what the core does about an announcement. */
function bench(bounds = ANNOUNCER_BOUNDS, onAnnounce: (bench: Bench) => void = () => {}): Bench {
  const given: number[] = [];
  const give = (input: Input): void => {
    if (input.kind !== 'announce') return;
    given.push(input.ttl);
    onAnnounce(self);
  };
  const clients = new LocalClients(give);
  const announcer = new Announcer(clients, new Mailbox(), bounds);
  const self: Bench = { announcer, clients, given };
  return self;
}

function announcement(ttl: number, bytes = 1): { ttl: number; dataType: number; data: Uint8Array } {
  return { ttl, dataType: 1, data: new Uint8Array(bytes) };
}

/** The number of the announcer's client. */
const CLIENT = -1;

describe('an announcer', () => {
  it('gives the core an announcement at once', () => {
    const { announcer, given } = bench();
    void announcer.announce(announcement(1));
    expect(given).toEqual([1]);
  });

  it('gives nothing while it is paused', () => {
    const { announcer, clients, given } = bench();
    clients.pause(CLIENT);
    void announcer.announce(announcement(1));
    expect(given).toEqual([]);
  });

  it('gives what has waited when it may go on, in order', async () => {
    const { announcer, clients, given } = bench();
    clients.pause(CLIENT);
    const all = [1, 2, 3].map((ttl) => announcer.announce(announcement(ttl)));
    clients.resume(CLIENT);
    await Promise.all(all);
    expect(given).toEqual([1, 2, 3]);
  });

  it('puts what comes behind what waits', async () => {
    const { announcer, clients, given } = bench();
    clients.pause(CLIENT);
    void announcer.announce(announcement(1));
    clients.resume(CLIENT);
    await announcer.announce(announcement(2));
    expect(given).toEqual([1, 2]);
  });

  it('stops in the middle of the line when it is paused again', async () => {
    const { announcer, clients, given } = bench(ANNOUNCER_BOUNDS, (self) =>
      self.clients.pause(CLIENT),
    );
    for (const ttl of [1, 2, 3]) void announcer.announce(announcement(ttl));
    clients.resume(CLIENT);
    await delivered();
    expect(given).toEqual([1, 2]);
  });

  it('keeps its own copy of what waits', async () => {
    let seen: Uint8Array | undefined;
    const announcer = new Announcer(
      new LocalClients((input) => {
        if (input.kind === 'announce') seen = input.data;
      }),
      new Mailbox(),
    );
    announcer.pause();
    const data = Uint8Array.of(7);
    const promise = announcer.announce({ ttl: 0, dataType: 1, data });
    data[0] = 8;
    announcer.resume();
    await promise;
    expect(seen).toEqual(Uint8Array.of(7));
  });

  it('refuses one more than may wait', async () => {
    const { announcer, clients } = bench({ waitingMax: 2, waitingBytesMax: 1_000 });
    clients.pause(CLIENT);
    for (const ttl of [1, 2]) void announcer.announce(announcement(ttl));
    await expect(announcer.announce(announcement(3))).rejects.toMatchObject({
      code: 'too-many-pending',
    });
  });

  it('refuses more when as many bytes wait as may', async () => {
    const { announcer, clients } = bench({ waitingMax: 1_000, waitingBytesMax: 100 });
    clients.pause(CLIENT);
    void announcer.announce(announcement(1, 100));
    await expect(announcer.announce(announcement(2, 0))).rejects.toMatchObject({
      code: 'too-many-pending',
    });
  });

  it('takes more again once what waited is gone', async () => {
    const { announcer, clients, given } = bench({ waitingMax: 1, waitingBytesMax: 1 });
    for (const ttl of [1, 2]) {
      clients.pause(CLIENT);
      const promise = announcer.announce(announcement(ttl));
      clients.resume(CLIENT);
      await promise;
    }
    expect(given).toEqual([1, 2]);
  });

  it('refuses what waits when it is closed', async () => {
    const { announcer, clients } = bench();
    clients.pause(CLIENT);
    const promise = announcer.announce(announcement(1));
    announcer.close();
    await expect(promise).rejects.toMatchObject({ code: 'closed' });
  });

  it('refuses everything afterwards', async () => {
    const { announcer } = bench();
    announcer.close();
    await expect(announcer.announce(announcement(1))).rejects.toMatchObject({ code: 'closed' });
  });

  it('knows its own announcement while the core has it, and not later', () => {
    const seen: boolean[] = [];
    const mine = announcement(1);
    const { announcer } = bench(ANNOUNCER_BOUNDS, (self) =>
      seen.push(self.announcer.isOwn(mine.data), self.announcer.isOwn(new Uint8Array(1))),
    );
    void announcer.announce(mine);
    expect([...seen, announcer.isOwn(mine.data)]).toEqual([true, false, false]);
  });
});
