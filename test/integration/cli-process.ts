/** The program as its users meet it: a process of its own, made from what `npm run build` wrote. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Readable, Writable } from 'node:stream';

export const MAIN_JS = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for node itself. */
  readonly nodeFlags?: readonly string[];
}

export class CliProcess {
  readonly stdout = new Output();
  readonly stderr = new Output();
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor(words: readonly string[], { env = {}, nodeFlags = [] }: CliOptions = {}) {
    const environment: NodeJS.ProcessEnv = { ...process.env, ...env };
    if (!('HEARSAY_API' in env)) delete environment['HEARSAY_API'];
    this.#child = spawn(process.execPath, [...nodeFlags, MAIN_JS, ...words], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin.on('error', () => {});
    this.stdout.follow(this.#child.stdout);
    this.stderr.follow(this.#child.stderr);
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: this.stdout.text,
      stderr: this.stderr.text,
    }));
  }

  /** Gives standard input and ends it. */
  feed(data: string | Uint8Array): void {
    this.#child.stdin.end(data);
  }

  /** Stops reading standard output, as `| head -1` does. */
  closeStdout(): void {
    this.#child.stdout.destroy();
  }

  closeStderr(): void {
    this.#child.stderr.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** What a process has written so far. */
class Output {
  text = '';
  readonly #waiting = new Set<() => void>();
  #isComplete = false;

  follow(stream: Readable): void {
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      this.text += piece;
      this.#wake();
    });
    stream.on('close', () => {
      this.#isComplete = true;
      this.#wake();
    });
  }

  /** The first line that matches; fails with all there is if the output ends without it. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      // What stands after the last line end is not a line yet.
      const found = this.text
        .split('\n')
        .slice(0, -1)
        .find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.#isComplete) throw new Error(`no line matches ${pattern} in:\n${this.text}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Runs a command to its end, with nothing on standard input. */
export async function runCli(words: readonly string[], options?: CliOptions): Promise<Ended> {
  const child = new CliProcess(words, options);
  child.feed('');
  return await child.ended;
}
