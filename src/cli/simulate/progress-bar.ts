/** Where a run is, on a terminal only: in a log or a pipe nobody wants a thousand bars. */
import cliProgress from 'cli-progress';
import type { Progress } from '../../sim/scenario/scenario-run.ts';

export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Takes it off the screen. */
  clear(): void;
}

const SILENT: ProgressDisplay = { show() {}, clear() {} };

/** A bar on standard error; `title` says which run of several it is. */
export function progressDisplay(title: string): ProgressDisplay {
  if (!process.stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar({
    format: `${title} {phase} [{bar}] {percentage} % · virtual {seconds} s`,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
    // A second Ctrl-C ends us on the spot; the terminal must be as it was.
    linewrap: true,
    stream: process.stderr,
    // Signals are ours (interruption.ts); the library's answer to them is to exit.
    gracefulExit: false,
  });
  bar.start(100, 0, { phase: 'warm-up  ', seconds: 0 });
  return {
    show({ phase, fraction, virtualMs }) {
      const seconds = Math.round(virtualMs / 1_000);
      bar.update(Math.floor(fraction * 100), { phase: phase.padEnd(9), seconds });
    },
    clear: () => bar.stop(),
  };
}
