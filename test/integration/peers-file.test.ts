/** The peer book in its file: written, read, damaged, and of use in the next life. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StoredPeers } from '../../src/core/stored-state.ts';
import {
  decodePeers,
  encodePeers,
  PEERS_FILE_BYTES_MAX,
} from '../../src/daemon/store/peers-file.ts';
import { PEERS_FILE, StateDirectory } from '../../src/daemon/store/state-directory.ts';

const PEERS: StoredPeers = {
  secret: [4_711, 0xffff_ffff],
  anchors: [{ host: '10.1.0.7', port: 6001 }],
  peers: [
    { address: { host: '10.1.0.7', port: 6001 }, isTried: true, sources: ['10.2.0.1'] },
    { address: { host: '2a02:8100::7', port: 6001 }, isTried: false, sources: ['10.2.0.1', '::1'] },
    { address: { host: '127.0.0.1', port: 6002 }, isTried: true, sources: [] },
  ],
};

interface Place {
  readonly file: string;
  readonly directory: string;
  readonly troubles: string[];
  readonly peers: StateDirectory['peers'];
}

async function place(now = Date.now): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'hearsay-peers-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const troubles: string[] = [];
  const { peers } = new StateDirectory(
    directory,
    (message, { reason }) => troubles.push(`${message}: ${reason}`),
    now,
  );
  return { directory, file: join(directory, PEERS_FILE), troubles, peers };
}

/** The text with a right checksum, as somebody could write it who wants to do harm, or a later version. */
function sealed(body: string): Buffer {
  return Buffer.from(`${body}sha256 ${createHash('sha256').update(body).digest('hex')}\n`);
}

describe('the file of the peer book', () => {
  it('gives back what was stored', async () => {
    const { peers } = await place();
    await peers.save(PEERS);
    expect(await peers.load()).toEqual(PEERS);
  });

  it('can be read by its user alone', async () => {
    const { peers, file } = await place();
    await peers.save(PEERS);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is there as it was, whatever half of the next one a crash has left', async () => {
    const { peers, file } = await place();
    await peers.save(PEERS);
    const next = encodePeers({ ...PEERS, anchors: [] });
    for (let length = 0; length < next.length; length += 7) {
      await writeFile(`${file}.next`, next.subarray(0, length));
      expect(await peers.load()).toEqual(PEERS);
    }
  });

  it('is the same in whatever year it is read', async () => {
    const { peers, directory } = await place();
    await peers.save(PEERS);
    for (const year of [1970, 2016, 2036, 9999]) {
      const then = new StateDirectory(
        directory,
        () => {},
        () => Date.UTC(year, 0),
      );
      expect(await then.peers.load()).toEqual(PEERS);
    }
  });

  it('that is cut off anywhere, or has one byte changed, is not used', () => {
    const whole = Buffer.from(encodePeers(PEERS));
    for (let length = 0; length < whole.length; length++) {
      expect(decodePeers(whole.subarray(0, length))).toBeTypeOf('string');
      const changed = Buffer.from(whole);
      changed[length]! ^= 1;
      expect(decodePeers(changed)).toBeTypeOf('string');
    }
  });

  it.each([
    ['hearsay peers 2\nsecret 1 2\n', 'it is no peer book of this version'],
    ['hearsay peers 1\n', 'it has no secret'],
    ['hearsay peers 1\nsecret NaN 2\n', 'line 2 says nothing'],
    ['hearsay peers 1\nsecret 1 4294967296\n', 'line 2 says nothing'],
    ['hearsay peers 1\nsecret 1 2\nnew host.example:6001 10.0.0.1\n', 'line 3 says nothing'],
    ['hearsay peers 1\nsecret 1 2\nnew 10.0.0.1:0\n', 'line 3 says nothing'],
    ['hearsay peers 1\nsecret 1 2\nseen 10.0.0.1:6001\n', 'line 3 says nothing'],
  ])('that says %j is not used, since %s', (body, problem) => {
    expect(decodePeers(sealed(body))).toBe(problem);
  });

  it('with rubbish in it is set aside, and told of once', async () => {
    const { peers, file, directory, troubles } = await place();
    await writeFile(file, 'rubbish');
    expect(await peers.load()).toBeUndefined();
    expect(await peers.load()).toBeUndefined();
    expect(troubles).toEqual([
      'the stored peer book is damaged; it was set aside, and nothing is remembered: it is no peer book of this version',
    ]);
    const [aside] = await readdir(directory);
    expect(await readFile(join(directory, aside!), 'utf8')).toBe('rubbish');
  });

  it('of a gigabyte is set aside unread', async () => {
    const { peers, file, troubles } = await place();
    await writeFile(file, '');
    await truncate(file, 2 ** 30);
    expect(await peers.load()).toBeUndefined();
    expect(troubles).toHaveLength(1);
  });

  it('has room for a full book of the longest addresses', () => {
    const host = (i: number): string =>
      `2a02:8100:aaaa:bbbb:cccc:dddd:eeee:${(4_096 + i).toString(16)}`;
    const peers = Array.from({ length: 4_096 }, (_, i) => ({
      address: { host: host(i), port: 65_535 },
      isTried: false,
      sources: Array.from({ length: 4 }, () => host(i)),
    }));
    expect(encodePeers({ ...PEERS, peers }).length).toBeLessThan(PEERS_FILE_BYTES_MAX);
  });

  it('can be read whenever the process that writes it was killed', async () => {
    const { directory, peers, troubles } = await place();
    await peers.save(PEERS);
    for (let kills = 0; kills < 20; kills++) {
      const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, directory]);
      await once(writer.stdout, 'data');
      // It writes all the time, so whenever this comes it is in the midst of it.
      for (let turns = 0; turns < kills; turns++) await new Promise(setImmediate);
      writer.kill('SIGKILL');
      await once(writer, 'close');
      expect((await peers.load())?.secret).toEqual(PEERS.secret);
    }
    expect(troubles).toEqual([]);
  });
});

/** Stores books of ever other sizes as fast as it can; says so once it has begun. */
const WRITER = `
  import { StateDirectory } from '${pathToFileURL('dist/daemon/store/state-directory.js').href}';
  const { peers } = new StateDirectory(process.argv[1], () => {});
  for (let i = 0; ; i++) {
    const some = Array.from({ length: (i * 37) % 500 }, (_, n) => ({
      address: { host: '10.0.' + (n >> 8) + '.' + (n & 255), port: 6001 }, isTried: true, sources: [],
    }));
    await peers.save({ secret: ${JSON.stringify(PEERS.secret)}, anchors: [], peers: some });
    if (i === 3) console.log('writing');
  }
`;
