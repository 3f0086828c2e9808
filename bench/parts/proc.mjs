/** What Linux tells about a process; there is nothing like it elsewhere, so some benches need Linux. */
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads that live, in milliseconds. */
export function cpuMillisOf(pid) {
  let nanos = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [running] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ');
    nanos += Number(running);
  }
  return nanos / 1e6;
}

/** Resident memory in KiB, including what it shares with other processes, such as node's own code. */
export function rssKibOf(pid) {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(kib);
}
