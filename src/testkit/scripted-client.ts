/** A local program on a node's API that says what a test wants, and answers nothing by itself. */
import type { Socket } from 'node:net';
import {
  encodeAnnounce,
  encodeNotify,
  encodeValidation,
  notificationReader,
  type Notification,
} from '../wire/api-messages.ts';
import { openSocket, type Target } from './open-socket.ts';
import { ScriptedConnection, type ScriptedConnectionOptions } from './scripted-connection.ts';

export class ScriptedClient extends ScriptedConnection<Notification> {
  /** Takes a connected socket; tests use {@link connect}. */
  constructor(socket: Socket, options?: ScriptedConnectionOptions) {
    super(socket, notificationReader(), options);
  }

  /** Connects to a node's API, at `HOST:PORT` or `unix:PATH`. */
  static async connect(
    target: Target,
    options?: ScriptedConnectionOptions,
  ): Promise<ScriptedClient> {
    return new ScriptedClient(await openSocket(target, options), options);
  }

  /** 500. A string as UTF-8; TTL 0 is no limit. */
  announce(dataType: number, data: Uint8Array | string, ttl = 0): void {
    this.send(encodeAnnounce(ttl, dataType, typeof data === 'string' ? Buffer.from(data) : data));
  }

  /** 501. The node does not reply; see `turns` and `until` for how to know that it has read it. */
  subscribe(...dataTypes: readonly number[]): void {
    this.send(...dataTypes.map(encodeNotify));
  }

  /** 503. */
  validate({ messageId }: Pick<Notification, 'messageId'>, valid: boolean): void {
    this.send(encodeValidation(messageId, valid));
  }
}
