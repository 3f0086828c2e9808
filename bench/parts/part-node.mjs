/** A node in a process of its own; see node.mjs. */
import { startNode } from './node.mjs';
import { playPart } from './part.mjs';

await playPart(startNode);
