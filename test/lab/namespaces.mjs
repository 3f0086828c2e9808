/**
 * Machines for the laboratory: network namespaces, each connected to the first one by a cable of its own. They and
 * all that goes on in them are apart from the machine's own network, and gone at the end.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const PREFIX = `hs${process.pid}`;

/** Why there can be no laboratory here; undefined if there can. */
export function whyNot() {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid() !== 0) return 'network namespaces need root';
  try {
    run('ip', 'netns', 'add', `${PREFIX}-try`);
    run('ip', 'netns', 'del', `${PREFIX}-try`);
    return undefined;
  } catch (error) {
    return `this machine does not allow network namespaces (${error.message.trim().split('\n').at(-1)})`;
  }
}

/** A network: `victim` at 10.77.0.1, and others beside it, each with a range of addresses. */
export class Laboratory {
  #names = [];
  #children = [];

  constructor() {
    this.#add('victim');
  }

  /** A machine with `addresses` of 10.NET.X.Y; the victim is 10.NET.0.1 to it. */
  connect(name, net, addresses) {
    this.#add(name);
    const [inside, outside] = [`${PREFIX}i${net}`, `${PREFIX}o${net}`];
    run(
      'ip',
      'link',
      'add',
      inside,
      'netns',
      this.#full(name),
      'type',
      'veth',
      'peer',
      'name',
      outside,
      'netns',
      this.#full('victim'),
    );
    this.#ip('victim', 'addr', 'add', `10.${net}.0.1/16`, 'dev', outside);
    this.#ip('victim', 'link', 'set', outside, 'up');
    this.#ip(name, 'link', 'set', inside, 'up');
    const lines = addresses.map((address) => `addr add ${address}/16 dev ${inside}\n`).join('');
    execFileSync('ip', ['-n', this.#full(name), '-batch', '-'], { input: lines });
  }

  /** Runs a part there; resolves with it when it says its first line, which is JSON. */
  async start(name, file, options) {
    const child = spawn(
      'ip',
      ['netns', 'exec', this.#full(name), process.execPath, file, JSON.stringify(options)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value);
    const hello = await next();
    return {
      hello,
      ask: (question) => {
        child.stdin.write(`${JSON.stringify(question)}\n`);
        return next();
      },
      end: () => child.kill('SIGKILL'),
    };
  }

  close() {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const name of this.#names) run('ip', 'netns', 'del', this.#full(name));
  }

  #add(name) {
    run('ip', 'netns', 'add', this.#full(name));
    this.#names.push(name);
    this.#ip(name, 'link', 'set', 'lo', 'up');
  }

  #full(name) {
    return `${PREFIX}-${name}`;
  }

  #ip(name, ...words) {
    run('ip', '-n', this.#full(name), ...words);
  }
}

function run(command, ...words) {
  execFileSync(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a part does in its process: says `hello`, and answers questions, one JSON line each. */
export async function playPart(play) {
  const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  const { hello, answer } = await play(JSON.parse(process.argv[2]));
  say(hello);
  for await (const line of createInterface({ input: process.stdin }))
    say(await answer(JSON.parse(line)));
}
