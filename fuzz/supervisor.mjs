/**
 * Watches a campaign that runs in a thread: shows on a terminal how it goes, and ends it when one execution
 * takes so much CPU time that it must be stuck.
 */
import { Worker } from 'node:worker_threads';
import { Board, boardMemory } from './board.mjs';

const LOOK_MILLIS = 1_000;
/** CPU time, not time, so that on a machine that is busy or asleep nothing is found that is not there. */
const STUCK_CPU_SECONDS = 30;

/**
 * @param {{ name: string, seed: number, executions: number, seconds: number }} task
 * @returns What the campaign came to: `executions`, `features`, `seconds`, `cpuSeconds`, and the `finding` with
 *   its `lines`, if there is one.
 */
export async function superviseCampaign(task) {
  const memory = boardMemory();
  const board = new Board(memory);
  const url = new URL('./worker.mjs', import.meta.url);
  const worker = new Worker(url, { workerData: { ...task, memory } });
  const began = { at: performance.now(), used: process.cpuUsage() };
  let look;
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      const isStuck = stuckJudge(board);
      look = setInterval(() => {
        showProgress(task.name, board.count, began);
        if (isStuck()) resolve(stuckResult(board, began));
      }, LOOK_MILLIS);
    });
  } finally {
    clearInterval(look);
    clearProgress();
    await worker.terminate();
  }
}

/** True once a great deal of CPU time has gone into one execution. */
function stuckJudge(board) {
  let count = -1;
  let used = process.cpuUsage();
  return () => {
    if (board.count === count) return cpuSecondsSince(used) > STUCK_CPU_SECONDS;
    count = board.count;
    used = process.cpuUsage();
    return false;
  };
}

function stuckResult(board, began) {
  const input = board.input;
  const message = `an execution took more than ${STUCK_CPU_SECONDS} s of CPU time`;
  const finding = { rule: 'stuck', message, stack: '', found: input, input, lines: [] };
  return {
    finding: { ...finding, execution: board.count },
    executions: board.count,
    features: 0,
    seconds: secondsSince(began),
    cpuSeconds: cpuSecondsSince(began.used),
  };
}

function showProgress(name, count, began) {
  if (!process.stdout.isTTY) return;
  const rate = Math.round(count / secondsSince(began)).toLocaleString('en-US');
  process.stdout.write(`\r\x1b[K${name}: ${count.toLocaleString('en-US')} executions, ${rate}/s`);
}

function clearProgress() {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
}

function secondsSince({ at }) {
  return (performance.now() - at) / 1_000;
}

function cpuSecondsSince(used) {
  const { user, system } = process.cpuUsage(used);
  return (user + system) / 1_000_000;
}
