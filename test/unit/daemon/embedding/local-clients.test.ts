import { describe, expect, it } from 'vitest';
import type { Input } from '../../../../src/core/inputs.ts';
import {
  ClientDesk,
  LocalClients,
  type ClientHands,
  type LocalClient,
} from '../../../../src/daemon/embedding/local-clients.ts';

const DATA = new Uint8Array(1);

class RecordingClient implements LocalClient {
  readonly story: string[] = [];

  notify(messageId: number): void {
    this.story.push(`notify ${messageId}`);
  }

  onDropped(): void {
    this.story.push('dropped');
  }

  pause(): void {
    this.story.push('pause');
  }

  resume(): void {
    this.story.push('resume');
  }

  tick(): void {
    this.story.push('tick');
  }
}

function bench(): {
  desk: ClientDesk;
  clients: LocalClients;
  inputs: Input[];
  remote: string[];
} {
  const inputs: Input[] = [];
  const remote: string[] = [];
  const hands: ClientHands = {
    notify: (clients, messageId) => remote.push(`notify ${clients.join()} ${messageId}`),
    drop: (client) => remote.push(`drop ${client}`),
    pause: (client) => remote.push(`pause ${client}`),
    resume: (client) => remote.push(`resume ${client}`),
  };
  const clients = new LocalClients((input) => inputs.push(input));
  return { desk: new ClientDesk(hands, clients), clients, inputs, remote };
}

describe('clients in the process', () => {
  it('have numbers that no client on a socket has', () => {
    const { clients } = bench();
    expect([1, 2].map(() => clients.join(new RecordingClient()))).toEqual([-1, -2]);
  });

  it('join and leave the core like any other', () => {
    const { clients, inputs } = bench();
    clients.leave(clients.join(new RecordingClient()));
    expect(inputs).toEqual([
      { kind: 'client-joined', client: -1 },
      { kind: 'client-gone', client: -1 },
    ]);
  });

  it('leave once', () => {
    const { clients, inputs } = bench();
    const id = clients.join(new RecordingClient());
    clients.leave(id);
    clients.leave(id);
    expect(inputs.filter(({ kind }) => kind === 'client-gone').length).toBe(1);
  });

  it('do not leave after the core has dropped them', () => {
    const { clients, desk, inputs } = bench();
    const id = clients.join(new RecordingClient());
    desk.drop(id);
    clients.leave(id);
    expect(inputs).toEqual([{ kind: 'client-joined', client: id }]);
  });
});

describe('the client desk', () => {
  it('brings what the core wants done to the client it is for', () => {
    const { desk, clients } = bench();
    const client = new RecordingClient();
    const id = clients.join(client);
    desk.notify([id], 7, 1, DATA);
    desk.pause(id);
    desk.resume(id);
    desk.drop(id);
    expect(client.story).toEqual(['notify 7', 'pause', 'resume', 'dropped']);
  });

  it('leaves the other side alone when it is for the process only', () => {
    const { desk, clients, remote } = bench();
    const id = clients.join(new RecordingClient());
    desk.notify([id], 7, 1, DATA);
    expect(remote).toEqual([]);
  });

  it('hands on what is for clients on sockets', () => {
    const { desk, remote } = bench();
    desk.notify([1, 2], 7, 1, DATA);
    desk.pause(1);
    desk.resume(1);
    desk.drop(2);
    expect(remote).toEqual(['notify 1,2 7', 'pause 1', 'resume 1', 'drop 2']);
  });

  it('serves both when a message is for both', () => {
    const { desk, clients, remote } = bench();
    const client = new RecordingClient();
    const id = clients.join(client);
    desk.notify([1, id], 7, 1, DATA);
    expect({ remote, local: client.story }).toEqual({
      remote: ['notify 1,-1 7'],
      local: ['notify 7'],
    });
  });
});
