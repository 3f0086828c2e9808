/** `hearsay announce` and `hearsay subscribe` against a node whose every byte is scripted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliProcess, runCli, type Ended } from './cli-process.ts';
import { notification, ScriptedNode, type ScriptedSession } from './client-scripted-node.ts';

let node: ScriptedNode;

beforeEach(async () => {
  node = await ScriptedNode.listen();
});

afterEach(() => {
  node.close();
});

/** Runs a command that needs nothing of the node but its ear; gives what the node heard. */
async function heard(words: string[], input?: string | Uint8Array): Promise<[string, Ended]> {
  const child = new CliProcess([...words, '--api', node.address]);
  if (input !== undefined) child.feed(input);
  const session = await node.accept();
  const bytes = await session.goodbye;
  session.end();
  return [bytes.toString('hex'), await child.ended];
}

async function subscribe(
  ...words: string[]
): Promise<{ child: CliProcess; session: ScriptedSession }> {
  const child = new CliProcess(['subscribe', ...words, '--api', node.address]);
  const session = await node.accept();
  await child.stderr.line(/subscribed/);
  return { child, session };
}

const QUIET_SUCCESS = { code: 0, stdout: '', stderr: '' };

describe('hearsay announce', () => {
  it('sends a 500 with the argument as UTF-8', async () => {
    const [bytes, ended] = await heard(['announce', '1337', 'é', '--ttl', '4']);
    expect(bytes).toBe('000a01f404000539c3a9');
    expect(ended).toMatchObject(QUIET_SUCCESS);
  });

  it.each([[['announce', '1']], [['announce', '1', '-']]])(
    'sends standard input as it is: %j',
    async (words) => {
      const [bytes] = await heard(words, Uint8Array.of(0, 0xff, 0x0a));
      expect(bytes).toBe('000b01f40000000100ff0a');
    },
  );

  it('sends empty data', async () => {
    const [bytes] = await heard(['announce', '1', '']);
    expect(bytes).toBe('000801f400000001');
  });

  it('sends data that looks like a flag after --', async () => {
    const child = new CliProcess(['announce', '1', '--api', node.address, '--', '--ttl']);
    const session = await node.accept();
    const bytes = await session.goodbye;
    session.end();
    expect([bytes.toString('latin1', 8), (await child.ended).code]).toEqual(['--ttl', 0]);
  });

  it('sends 65,519 bytes', async () => {
    const [bytes] = await heard(['announce', '1'], new Uint8Array(65_519));
    expect(bytes.length).toBe(2 * 65_527);
  });

  it('refuses more than that without talking to the node', async () => {
    const child = new CliProcess(['announce', '1', '--api', '127.0.0.1:1']);
    child.feed(new Uint8Array(1_000_000));
    const { code, stderr } = await child.ended;
    expect([code, stderr]).toEqual([
      2,
      'hearsay: the data has more than 65519 bytes, which is all that one announcement can carry\n',
    ]);
  });

  it('finds the node through HEARSAY_API', async () => {
    const ended = runCli(['announce', '1', 'x'], { env: { HEARSAY_API: node.address } });
    const session = await node.accept();
    await session.goodbye;
    session.end();
    expect((await ended).code).toBe(0);
  });

  it('fails with one line if nobody listens', async () => {
    const { code, stderr } = await runCli(['announce', '1', 'x', '--api', '127.0.0.1:1']);
    expect([code, stderr]).toEqual([
      1,
      "hearsay: no node listens at 127.0.0.1:1: start one with 'hearsay run', or name another with --api\n",
    ]);
  });
});

describe('hearsay subscribe', () => {
  it('asks for its types and says so on standard error', async () => {
    const child = new CliProcess(['subscribe', '1337', '7', '--api', node.address]);
    const session = await node.accept();
    expect(await session.read(16)).toBe('000801f500000539000801f500000007');
    expect(await child.stderr.line(/./)).toBe(`hearsay: subscribed to 1337, 7 at ${node.address}`);
    child.kill('SIGKILL');
  });

  it('prints a line for each message and accepts it', async () => {
    const { child, session } = await subscribe('1337', '--count', '2');
    session.send(notification(0xc81f, 1337, 'one\n') + notification(2, 1337, 'zwölf'));
    expect(await session.read(24)).toBe('000801f500000539000801f7c81f0001000801f700020001');
    await session.goodbye;
    session.end();
    expect(await child.ended).toMatchObject({ code: 0, stdout: 'one\\x0a\nzwölf\n' });
  });

  it('rejects with --reject', async () => {
    const { child, session } = await subscribe('1337', '--count', '1', '--reject');
    session.send(notification(1, 1337, ''));
    expect(await session.read(16)).toBe('000801f500000539000801f700010000');
    session.end();
    expect(await child.ended).toMatchObject({ code: 0, stdout: '\n' });
  });

  it('shows the type if there are several', async () => {
    const { child, session } = await subscribe('1', '2', '--count', '2');
    session.send(notification(1, 2, 'a\tb') + notification(2, 1, 'c'));
    await session.goodbye;
    session.end();
    expect((await child.ended).stdout).toBe('2\ta\\x09b\n1\tc\n');
  });

  it('prints JSON with --json', async () => {
    const { child, session } = await subscribe('7', '--count', '2', '--json');
    session.send(notification(9, 7, 'ä\n') + '000901f6000a0007ff');
    await session.goodbye;
    session.end();
    const lines = (await child.ended).stdout.trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { type: 7, id: 9, data: Buffer.from('ä\n').toString('base64'), text: 'ä\n' },
      { type: 7, id: 10, data: '/w==' },
    ]);
  });

  it('stops after --count messages even if more have arrived, and answers no others', async () => {
    const { child, session } = await subscribe('7', '--count', '1');
    session.send(notification(1, 7, 'a') + notification(2, 7, 'b'));
    const bytes = await session.goodbye;
    session.end();
    expect([bytes.toString('hex', 8), (await child.ended).stdout]).toEqual([
      '000801f700010001',
      'a\n',
    ]);
  });

  it('writes everything into a pipe that is read late', async () => {
    const { child, session } = await subscribe('7', '--count', '20');
    const data = 'x'.repeat(60_000);
    for (let id = 1; id <= 20; id++) session.send(notification(id, 7, data));
    void session.goodbye.then(() => session.end());
    expect((await child.ended).stdout.length).toBe(20 * 60_001);
  });

  it.each<[string, (session: ScriptedSession) => void]>([
    ['says goodbye', (session) => session.end()],
    ['breaks the connection', (session) => session.reset()],
  ])('fails with one line when the node %s', async (_what, leave) => {
    const { child, session } = await subscribe('7');
    leave(session);
    const { code, stderr } = await child.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hearsay: subscribed[^\n]*\nhearsay: lost the connection[^\n]*\n$/);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const { child, session } = await subscribe('7');
    child.closeStdout();
    session.send(notification(1, 7, 'a'));
    await session.goodbye;
    session.end();
    const { code, stderr } = await child.ended;
    expect([code, stderr.split('\n').length]).toEqual([0, 2]);
  });

  it('does not accept what it could not print', async () => {
    const { child, session } = await subscribe('7');
    child.closeStdout();
    session.send(notification(1, 7, 'a'));
    const bytes = await session.goodbye;
    session.end();
    await child.ended;
    expect(bytes.toString('hex')).toBe('000801f500000007');
  });

  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('leaves in order on %s', async (signal, expected) => {
    const { child, session } = await subscribe('7');
    child.kill(signal);
    await session.goodbye;
    session.end();
    expect((await child.ended).code).toBe(expected);
  });
});
