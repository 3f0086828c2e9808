/** A node that is started again with the same state directory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { defaultConfig, type Config } from '../../src/daemon/config/config.ts';
import { startDaemon, type Daemon } from '../../src/daemon/daemon.ts';
import {
  peerAnnounce,
  ScriptedClient,
  ScriptedPeer,
  text,
  turns,
  until,
} from '../../src/testkit/index.ts';
import { formatAddress } from '../../src/wire/address.ts';

const TYPE = 1337;

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hearsay-restart-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function start(
  stateDir: string,
  lines: string[] = [],
  further: Partial<Config> = {},
): Promise<{ daemon: Daemon; client: ScriptedClient; peer: ScriptedPeer }> {
  const port0 = { host: '127.0.0.1', port: 0 };
  const daemon = await startDaemon({
    config: {
      ...defaultConfig(),
      p2pAddress: port0,
      apiAddress: { kind: 'tcp', ...port0 },
      proofOfWork: 'none',
      transport: 'plain',
      stateDir,
      ...further,
    },
    log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    remembers: true,
  });
  onTestFinished(() => daemon.close());
  const { apiAddress, p2pAddress } = daemon;
  if (apiAddress?.kind !== 'tcp') throw new Error('no port');
  const options = { cleanUp: onTestFinished };
  const client = await ScriptedClient.connect(formatAddress(apiAddress), options);
  client.subscribe(TYPE);
  await turns();
  return { daemon, client, peer: await ScriptedPeer.link(formatAddress(p2pAddress), options) };
}

it('tells its programs of nothing that it had seen before it was started again', async () => {
  const directory = await newDirectory();
  const seen = peerAnnounce({ dataType: TYPE, data: 'seen' });
  const first = await start(directory);
  first.peer.say(seen);
  await first.client.next();
  await first.daemon.close();
  const second = await start(directory);
  second.peer.say(seen, peerAnnounce({ dataType: TYPE, data: 'new' }));
  expect(text((await second.client.next()).data)).toBe('new');
});

it('starts with a damaged file, and says so', async () => {
  const directory = await newDirectory();
  await writeFile(join(directory, 'seen.bin'), 'rubbish');
  const lines: string[] = [];
  await start(directory, lines);
  expect(lines.filter((line) => line.includes('damaged'))).toHaveLength(1);
});

it('finds a peer of the life before again, without being told of anybody', async () => {
  const [directory, other] = [await newDirectory(), await newDirectory()];
  const bootstrapper = await start(other);
  const { host, port } = bootstrapper.daemon.p2pAddress;
  const first = await start(directory, [], { bootstrapper: { host, port } });
  await until(() => isLinkedTo(first.daemon, port));
  await first.daemon.close();
  const second = await start(directory);
  await until(() => isLinkedTo(second.daemon, port));
  expect(isLinkedTo(second.daemon, port)).toBe(true);
});

function isLinkedTo(daemon: Daemon, port: number): boolean {
  const { links } = daemon.snapshot().core;
  return links.some(({ state, listening }) => state === 'open' && listening?.port === port);
}
