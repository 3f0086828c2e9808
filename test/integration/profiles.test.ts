/** Profiles of data types over real processes: what one floods another takes at its rate, and its own come later. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connect, type HearsayClient } from '../../src/client/index.ts';
import { until } from '../../src/testkit/index.ts';
import { CliProcess } from './cli-process.ts';

const TYPE = 1337;
/** Announced behind all else: when it is there, all else has been dealt with. */
const LAST_TYPE = 1338;

interface Running {
  readonly p2pAddress: string;
  readonly child: CliProcess;
  readonly client: HearsayClient;
}

/** A process with a file of these lines, on free ports and without proof of work, and a client of it. */
async function run(...lines: readonly string[]): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'hearsay-profiles-'));
  const file = join(folder, 'node.ini');
  const common = ['p2p_address = 127.0.0.1:0', 'api_address = 127.0.0.1:0'];
  // Without the extension nothing that was dropped is asked for again.
  const quick = ['proof_of_work = none', 'extension = off', 'log_level = debug'];
  await writeFile(file, ['[gossip]', ...common, ...quick, ...lines, ''].join('\n'));
  const child = new CliProcess(['run', '-c', file]);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child.ended;
    await rm(folder, { recursive: true });
  });
  const listening = JSON.parse(await child.stderr.line(/"p2pAddress"/)) as {
    readonly p2pAddress: string;
    readonly apiAddress: string;
  };
  const client = await connect(listening.apiAddress);
  onTestFinished(() => client.close());
  return { p2pAddress: listening.p2pAddress, child, client };
}

/** The types of what a node's client hears, in order. */
async function hear({ client }: Running): Promise<readonly number[]> {
  const heard: number[] = [];
  const service = client.serve([TYPE, LAST_TYPE], ({ dataType }) => {
    heard.push(dataType);
    return true;
  });
  await service.ready;
  return heard;
}

async function announceAll({ client }: Running, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await client.announce(TYPE, `number ${i}`);
  await client.announce(LAST_TYPE, 'the last');
}

it('drops what a peer brings of a type beyond its rate, and nothing of other types', async () => {
  const limited = await run(`[gossip.type.${TYPE}]`, 'rate_limit = 1', 'rate_burst = 5');
  const heard = await hear(limited);
  const flooder = await run(`known_peers = ${limited.p2pAddress}`);
  await flooder.child.stderr.line(/link open/);
  await announceAll(flooder, 300);
  await until(() => heard.includes(LAST_TYPE));
  const taken = heard.filter((dataType) => dataType === TYPE).length;
  expect(taken).toBeGreaterThanOrEqual(5);
  expect(taken).toBeLessThan(300);
  await limited.child.stderr.line(/brings more of a data type than its rate_limit/);
});

it('holds local programs to the rate of a type, and drops nothing of theirs', async () => {
  const listener = await run();
  const heard = await hear(listener);
  const limited = await run(
    `known_peers = ${listener.p2pAddress}`,
    `[gossip.type.${TYPE}]`,
    'rate_limit = 10',
    'rate_burst = 1',
  );
  await limited.child.stderr.line(/link open/);
  const began = performance.now();
  // One at once, then ten a second.
  await announceAll(limited, 15);
  await until(() => heard.includes(LAST_TYPE));
  expect(heard.filter((dataType) => dataType === TYPE)).toHaveLength(15);
  expect(performance.now() - began).toBeGreaterThan(1_000);
});
