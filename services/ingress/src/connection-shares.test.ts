import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createConnectionShares, networkOf } from './connection-shares.ts';

describe('connections past the bound', () => {
  it('cost whoever holds most the one that has waited longest', () => {
    const { open, assign, closed } = world(5);
    const greedy = [1, 2, 3].map((n) => open(`g${n}`, '10.0.0.1'));
    open('a', '10.0.0.2');
    open('b', '10.0.0.3');
    expect(closed).toEqual([]);
    assign(greedy[0]!, 'greedy');
    open('c', '10.0.0.4');
    open('d', '10.0.0.5');
    expect(closed).toEqual(['g2', 'g3']);
  });

  it('leave what is being answered, and cost the newest where nothing waits', () => {
    const { shares, open, assign, closed } = world(2);
    const [one, two] = [open('one'), open('two')];
    for (const socket of [one, two]) assign(socket, 't');
    const answered = [shares.hold(one), shares.hold(one), shares.hold(two)];
    open('three');
    answered[0]!();
    open('four');
    expect(closed).toEqual(['three', 'four']);
    answered[1]!();
    open('five');
    expect(closed.at(-1)).toBe('one');
    answered[2]!();
    expect(shares.count()).toBe(2);
  });

  it('cost strangers first while they hold more than half, not the tenant that holds more than each of them', () => {
    const { open, assign, closed } = world(6);
    for (const name of ['a', 'b']) assign(open(name), 't');
    for (let n = 1; n <= 12; n++) open(`s${n}`, `10.0.1.${n}`);
    expect(closed).toEqual(['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8']);
  });

  it('count a sender by its tenant, from whatever addresses it comes', () => {
    const { open, assign, closed } = world(4);
    assign(open('b', '10.0.0.9'), 'small');
    for (let n = 1; n <= 3; n++) assign(open(`a${n}`, `10.0.0.${n}`), 'greedy');
    open('new', '10.0.0.10');
    expect(closed).toEqual(['a1']);
  });

  it('give the place of one that ended by itself to the next', () => {
    const { shares, open, end, closed } = world(2);
    const one = open('one');
    open('two');
    end(one);
    open('three');
    expect([closed, shares.count()]).toEqual([[], 2]);
    expect(shares.hold(one)()).toBeUndefined();
    shares.assign(one, 't');
    expect(shares.count()).toBe(2);
  });
});

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
  ['', ''],
])('the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));

function world(limit: number) {
  const closed: string[] = [];
  let noted = 0;
  const shares = createConnectionShares({ limit, onClosed: () => (noted += 1) });
  const open = (name: string, remoteAddress = '10.0.0.1'): Socket => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      destroy() {
        closed.push(name);
        socket.emit('close');
      },
    });
    shares.open(socket as unknown as Socket);
    expect(noted).toBe(closed.length);
    return socket as unknown as Socket;
  };
  const end = (socket: Socket) => socket.emit('close');
  return { shares, open, end, assign: shares.assign, closed };
}
