/**
 * From words to a command, and from what goes wrong to an exit code. Only the module of the command that is
 * named is loaded: `hearsay announce` does not wait for the node's code.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Failure } from './failure.ts';
import { say } from './print.ts';

/** What each file in commands/ exports. */
interface CommandModule {
  /** Adds arguments, options and the action to a command that has its name already. */
  define(command: Command): void;
}

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  load(): Promise<CommandModule>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    description: 'run a node',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'announce',
    description: 'spread data through the node on this machine',
    load: () => import('./commands/announce.ts'),
  },
  {
    name: 'subscribe',
    description: 'print what arrives, and answer for it',
    load: () => import('./commands/subscribe.ts'),
  },
  {
    name: 'config',
    description: 'look at a configuration without starting a node',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'identity',
    description: "show whose key a node holds, for others' pins",
    load: () => import('./commands/identity.ts'),
  },
  {
    name: 'simulate',
    description: 'see what a whole network does, on this machine',
    load: () => import('./commands/simulate.ts'),
  },
  {
    name: 'plan',
    description: 'find the settings that a network needs',
    load: () => import('./commands/plan.ts'),
  },
];

/** Words that belong to the program itself; any other flag in front means `run`. */
const OWN_FLAGS: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version']);

const EXAMPLES = `
Examples:
  hearsay run                            start a node (also: hearsay -c FILE)
  hearsay subscribe 1337                 print what it hears of type 1337
  hearsay announce 1337 "hello, world"   tell the others
  hearsay simulate --nodes 1000          watch a thousand nodes do it
  hearsay plan --nodes 5000 --rate 10 --size 500 --target 99.99%

Exit code: 0 ok, 1 failed, 2 wrong usage or configuration.`;

/**
 * Runs the command that `words` (without interpreter and script) name. Returns the exit code; a command
 * that ends well may have set `process.exitCode` itself. Never throws.
 */
export async function runCommandLine(words: readonly string[]): Promise<number | undefined> {
  try {
    const completed = withImpliedRun(words);
    const program = await buildProgram(completed);
    await program.parseAsync(completed, { from: 'user' });
    return undefined;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** `hearsay -c FILE` is `hearsay run -c FILE`. */
export function withImpliedRun(words: readonly string[]): readonly string[] {
  const [first] = words;
  return first?.startsWith('-') && !OWN_FLAGS.has(first) ? ['run', ...words] : words;
}

async function buildProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('hearsay')
    .description('a gossip node: spreads announcements through a peer-to-peer overlay')
    .version(readVersion(), '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  tellErrorsInOneLine(program);
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description);
    tellErrorsInOneLine(command);
    // `hearsay NAME …` or `hearsay help NAME`.
    if (words.slice(0, 2).includes(name)) (await load()).define(command);
  }
  return program;
}

/** Commander's own errors have told their message already; their exit code would be 1. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    say(error.message);
    return error.exitCode;
  }
  const details = error instanceof Error ? error.stack : String(error);
  say(`a defect in hearsay, please report it: ${details}`);
  return 1;
}

/** Where what was typed is near no command, all of them are named; they are few. */
function tellErrorsInOneLine(command: Command): void {
  command.configureOutput({
    outputError: (text) => {
      const line = toOneLine(text);
      const known = command.commands.map((each) => each.name()).join(', ');
      say(/^unknown command '.*'$/.test(line) ? `${line}; there are: ${known}` : line);
    },
  });
}

/** `error: unknown option '--apii'\n(Did you mean --api?)\n` without the first word and the line ends. */
function toOneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  // Proof of the cast: it is this package's own manifest, and npm accepts none without a version.
  return (manifest as { readonly version: string }).version;
}
