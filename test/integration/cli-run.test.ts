/** `hearsay run` from the outside: a process, its log, its signals, and other processes that talk to it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, MAIN_JS, runCli, type CliOptions, type Ended } from './cli-process.ts';

/** Free ports, and proofs of work that cost nothing. */
const QUICK = [
  ['--p2p-address', '127.0.0.1:0'],
  ['--api-address', '127.0.0.1:0'],
  ['--pow-difficulty', '1'],
].flat();

interface Node {
  readonly child: CliProcess;
  readonly p2pAddress: string;
  readonly apiAddress: string;
  /** As the log gives them. */
  readonly commands: { readonly subscribe: string; readonly announce: string };
}

let folder: string;
const children: CliProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-run-'));
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.splice(0).map((child) => child.ended));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function spawnCli(words: readonly string[], options?: CliOptions): CliProcess {
  const child = new CliProcess(words, options);
  children.push(child);
  return child;
}

async function startNode(words: readonly string[] = [], options?: CliOptions): Promise<Node> {
  const child = spawnCli(['run', ...QUICK, ...words], options);
  const listening = JSON.parse(await child.stderr.line(/"p2pAddress"/)) as Omit<Node, 'child'>;
  const commands = JSON.parse(await child.stderr.line(/"subscribe"/)) as Node['commands'];
  return { ...listening, child, commands };
}

async function subscribeAt(address: string, ...words: string[]): Promise<CliProcess> {
  const child = spawnCli(['subscribe', '1337', ...words, '--api', address]);
  await child.stderr.line(/subscribed/);
  return child;
}

async function stop(child: CliProcess, signal: NodeJS.Signals): Promise<Ended> {
  child.kill(signal);
  return await child.ended;
}

describe('a node', () => {
  it('carries data from one program to another', async () => {
    const { apiAddress } = await startNode();
    const subscriber = await subscribeAt(apiAddress, '--count', '1');
    const { code } = await runCli(['announce', '1337', 'hello', '--api', apiAddress]);
    expect([code, await subscriber.ended]).toMatchObject([0, { code: 0, stdout: 'hello\n' }]);
  });

  it('carries data to a program of another node', async () => {
    const first = await startNode();
    const second = await startNode(['--bootstrapper', first.p2pAddress, '--log-level', 'debug']);
    await second.child.stderr.line(/link open/);
    const subscriber = await subscribeAt(second.apiAddress, '--count', '1', '--json');
    await runCli(['announce', '1337', 'over there', '--api', first.apiAddress]);
    expect(JSON.parse((await subscriber.ended).stdout)).toMatchObject({ text: 'over there' });
  });

  it('names commands that work as they are', async () => {
    const { commands } = await startNode();
    const [, ...subscribe] = commands.subscribe.split(' ');
    expect(subscribe[0]).toBe(MAIN_JS);
    const subscriber = spawnCli([...subscribe.slice(1), '--count', '1']);
    await subscriber.stderr.line(/subscribed/);
    execFileSync('sh', ['-c', commands.announce], { cwd: folder });
    expect(await subscriber.ended).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('is started by -c alone as well', async () => {
    const file = join(folder, 'node.ini');
    const socket = join(folder, 'api.sock');
    await writeFile(
      file,
      '[gossip]\np2p_address = 127.0.0.1:0\napi_address = unix:api.sock\nunknown = 1\n',
    );
    const child = spawnCli(['-c', file]);
    const listening: unknown = JSON.parse(await child.stderr.line(/"apiAddress"/));
    expect(listening).toMatchObject({ apiAddress: `unix:${socket}` });
    expect(await runCli(['announce', '1', 'x', '--api', `unix:${socket}`])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('logs the warnings of its configuration', async () => {
    const file = join(folder, 'warned.ini');
    await writeFile(file, '[gossip]\ndegre = 4\n');
    const { child } = await startNode(['-c', file]);
    expect(JSON.parse(await child.stderr.line(/degre = 4/))).toMatchObject({ level: 40 });
  });

  it('does not start where another program listens', async () => {
    const { apiAddress } = await startNode();
    const words = ['run', '--p2p-address', '127.0.0.1:0', '--api-address', apiAddress];
    const { code, stdout, stderr } = await runCli(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^hearsay: [^\n]*${apiAddress}[^\n]*\n$`));
  });
});

describe('a signal', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('%s ends a node in order', async (signal) => {
    const { child } = await startNode();
    const { code, stdout, stderr } = await stop(child, signal);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('"msg":"stopped"');
  });

  it('ends a node at once if it is the second', async () => {
    // The first one holds the node until its input comes, by when the second one is there. The order of two
    // signals that come together is anybody's guess: each may be taken by another thread of the process.
    const injector = `import { readSync, writeSync } from 'node:fs';
      process.once('SIGINT', () => { writeSync(2, 'held\\n'); readSync(0, new Uint8Array(1)); });`;
    const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(injector)}`];
    const { child } = await startNode([], { nodeFlags });
    child.kill('SIGINT');
    await child.stderr.line(/held/);
    child.kill('SIGTERM');
    child.feed('.');
    const { code, stderr } = await child.ended;
    expect(code).toBe(143);
    expect(stderr).not.toContain('"msg":"stopped"');
  });

  it('SIGHUP changes nothing', async () => {
    const { child, apiAddress } = await startNode();
    child.kill('SIGHUP');
    await child.stderr.line(/SIGHUP/);
    expect((await runCli(['announce', '1', 'x', '--api', apiAddress])).code).toBe(0);
  });
});

describe('a defect', () => {
  it.each([
    ['an exception', 'throw new Error("injected")'],
    ['a rejection', 'Promise.reject(new Error("injected"))'],
  ])('that shows as %s ends the node with one log line', async (_what, defect) => {
    const injector = `process.once('SIGUSR2', () => { ${defect}; });`;
    const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(injector)}`];
    const { child } = await startNode([], { nodeFlags });
    const { code, stderr } = await stop(child, 'SIGUSR2');
    const lines = stderr.split('\n').filter((line) => line.includes('injected'));
    expect([code, lines.length]).toEqual([1, 1]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 60, err: { message: 'injected' } });
  });
});

describe('a log that goes nowhere', () => {
  it('does not end the node if its reader leaves', async () => {
    const { child, apiAddress } = await startNode(['--log-level', 'trace']);
    child.closeStdout();
    child.closeStderr();
    await sendGarbage(apiAddress);
    child.kill('SIGHUP');
    expect((await runCli(['announce', '1', 'x', '--api', apiAddress])).code).toBe(0);
  });

  it('does not hold the node up if its reader sleeps', async () => {
    const pipe = join(folder, 'log');
    const socket = join(folder, 'sleepy.sock');
    const node = `"${process.execPath}" "${MAIN_JS}" run --p2p-address 127.0.0.1:0 --api-address "unix:${socket}"`;
    const fill = `dd if=/dev/zero of="${pipe}" bs=4096 oflag=nonblock 2>/dev/null`;
    // A pipe that is full from the start and never read.
    const script = `mkfifo "${pipe}"; exec 3<>"${pipe}"; ${fill}; ${node} >/dev/null 2>&3 & echo $!`;
    const pid = Number(execFileSync('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] }));
    try {
      expect(await reachable(`unix:${socket}`)).toBe(true);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});

/** Something that the node has to log. */
async function sendGarbage(apiAddress: string): Promise<void> {
  const [host, port] = apiAddress.split(':');
  const socket = connectSocket({ host: host!, port: Number(port) });
  socket.on('error', () => {}).end('GET / HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
}

/** Asks again and again: who cannot read the log cannot know when the node is there. */
async function reachable(apiAddress: string): Promise<boolean> {
  for (;;) {
    const { code } = await runCli(['announce', '1', 'x', '--api', apiAddress]);
    if (code === 0) return true;
  }
}
