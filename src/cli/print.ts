/**
 * Standard output carries results only, one a line; everything else goes to standard error. Whoever reads
 * either may leave at any time (`| head -1`): that is no error of ours and never ends the process by itself.
 */
import { Failure } from './failure.ts';

/**
 * Call once, before anything is written: a stream that breaks would otherwise throw. It also makes a pipe
 * non-blocking, so that a node whose log nobody reads loses lines instead of standing still.
 */
export function survivePipesThatBreak(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * Writes one line of result and waits until it is out, so that a slow reader slows us down.
 * False: nobody reads any more, and there is no point in going on.
 *
 * @throws Failure for anything else, such as a full disk.
 */
export function printResult(line: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => {
      if (!error) resolve(true);
      else if (isBrokenPipe(error)) resolve(false);
      else reject(new Failure(1, `cannot write to standard output: ${error.message}`));
    });
  });
}

/** Writes one line to standard error, after the program's name. */
export function say(line: string): void {
  process.stderr.write(`hearsay: ${line}\n`);
}

/** After a stream broke, later writes fail with the second code. */
function isBrokenPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}
