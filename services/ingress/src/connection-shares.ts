/**
 * A bound on open connections, shared fairly: past it whoever holds most loses the one that has waited longest, so
 * that a sender, or an address, that opens all it can never keeps another one out. Half-open connections, slow senders
 * and idle ones are those that wait; one whose request is here as a whole is left until it is answered.
 */
import type { Socket } from 'node:net';

export interface ConnectionShares {
  /** A new one, its address's until it is known whose it is; it, or another one for it, is closed past the bound. */
  open(socket: Socket): void;
  /** A request on it has a valid URL token: from now on it is this tenant's. */
  assign(socket: Socket, tenantId: string): void;
  /** The request is here as a whole; call what it gives once it is answered. */
  hold(socket: Socket): () => void;
  /** Closes those on which nothing was ever sent: there is nothing on them to answer. */
  closeUnused(): void;
  count(): number;
}

interface Connection {
  readonly socket: Socket;
  group: Group;
  /** Requests that are being answered; there are several when they are pipelined. */
  held: number;
}

interface Group {
  readonly name: string;
  readonly isStranger: boolean;
  open: number;
  /** In the order in which they were last heard of. */
  readonly waiting: Set<Connection>;
}

export interface ConnectionSharesOptions {
  readonly limit: number;
  /** One was closed for the bound. */
  readonly onClosed: () => void;
}

export function createConnectionShares({ limit, onClosed }: ConnectionSharesOptions): ConnectionShares {
  const groups = new Map<string, Group>();
  const connections = new Map<Socket, Connection>();
  let strangers = 0;

  const enter = (connection: Connection, name: string, isStranger: boolean) => {
    let group = groups.get(name);
    if (group === undefined) {
      group = { name, isStranger, open: 0, waiting: new Set() };
      groups.set(name, group);
    }
    group.open += 1;
    if (isStranger) strangers += 1;
    connection.group = group;
  };
  const leave = (connection: Connection) => {
    const { group } = connection;
    group.open -= 1;
    group.waiting.delete(connection);
    if (group.isStranger) strangers -= 1;
    if (group.open === 0) groups.delete(group.name);
  };
  const wait = (connection: Connection) => {
    connection.group.waiting.delete(connection);
    if (connection.held === 0) connection.group.waiting.add(connection);
  };
  const close = (connection: Connection) => {
    if (!connections.delete(connection.socket)) return;
    leave(connection);
  };
  /** Strangers go first where they hold more than half: an attack does not cost senders their connections. */
  const largest = (): Group => {
    const only = strangers > limit / 2;
    let found: Group | null = null;
    for (const group of groups.values()) {
      if (only && !group.isStranger) continue;
      if (found === null || group.open > found.open) found = group;
    }
    return found!;
  };

  return {
    open(socket) {
      const connection: Connection = { socket, group: nobody, held: 0 };
      connections.set(socket, connection);
      enter(connection, `address ${networkOf(socket.remoteAddress ?? '')}`, true);
      wait(connection);
      socket.once('close', () => close(connection));
      if (connections.size <= limit) return;
      const [oldest = connection] = largest().waiting;
      close(oldest);
      oldest.socket.destroy();
      onClosed();
    },
    assign(socket, tenantId) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      const name = `tenant ${tenantId}`;
      if (connection.group.name !== name) {
        leave(connection);
        enter(connection, name, false);
      }
      wait(connection);
    },
    hold(socket) {
      const connection = connections.get(socket);
      if (connection === undefined) return () => {};
      connection.held += 1;
      wait(connection);
      return () => {
        connection.held -= 1;
        if (connections.has(socket)) wait(connection);
      };
    },
    closeUnused() {
      for (const { socket } of [...connections.values()]) if (socket.bytesRead === 0) socket.destroy();
    },
    count: () => connections.size,
  };
}

const nobody: Group = { name: '', isStranger: true, open: 0, waiting: new Set() };

/** An IPv4 address, or the /64 of an IPv6 one, of which a single machine has all addresses. */
export function networkOf(address: string): string {
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [before = '', after] = address.split('%')[0]!.split('::');
  const head = before === '' ? [] : before.split(':');
  if (after === undefined) return head.slice(0, 4).join(':');
  const tail = after === '' ? [] : after.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
