import { type Assigner, AssignerProtocol, type Cluster, type PartitionAssigner } from 'kafkajs';
import { expect, test } from 'vitest';
import { claimIn, stickyAssigner } from './kafka-assigner.ts';
import type { Claim } from './sticky-assignment.ts';

const counts: Readonly<Record<string, number>> = { events: 4, details: 2 };

function newAssigner(claim: Claim | null, topics = ['events']) {
  const admitted: number[] = [];
  const generations = [7, 8];
  const coordinator = {
    joinGroup: async () => ({ generationId: generations.shift() }),
    name: () => coordinator.kept,
    kept: 'its own',
  };
  const cluster = {
    findTopicPartitionMetadata: (topic: string) => Array.from({ length: counts[topic]! }, () => ({})),
    findGroupCoordinator: async () => coordinator,
  } as unknown as Cluster;
  const create: PartitionAssigner = stickyAssigner({
    claim: () => claim,
    onAdmitted: (to) => void admitted.push(to),
  });
  const assigner: Assigner = create({ cluster, groupId: 'g', logger: {} as never });
  const member = (memberId: string) => ({ memberId, memberMetadata: assigner.protocol({ topics }).metadata });
  return { assigner, cluster, admitted, member };
}

const assignmentOf = async (
  { assigner }: { assigner: Assigner },
  members: Parameters<Assigner['assign']>[0],
) =>
  Object.fromEntries(
    (await assigner.assign(members)).map(({ memberId, memberAssignment }) => [
      memberId,
      AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment,
    ]),
  );

test('what a member tells when it joins is what the leader deals out from', async () => {
  const [a, b] = [newAssigner({ generation: 3, partitions: [1, 3] }), newAssigner(null)];
  const members = [b.member('b'), a.member('a')];
  expect(await assignmentOf(b, { members, topics: ['events'] })).toEqual({
    a: { events: [1, 3] },
    b: { events: [0, 2] },
  });
});

test('partitions of equal number of several topics stay together', async () => {
  const topics = ['events', 'details'];
  const [a, b] = [newAssigner({ generation: 3, partitions: [1, 2] }, topics), newAssigner(null, topics)];
  const members = [a.member('a'), b.member('b')];
  expect(await assignmentOf(a, { members, topics })).toEqual({
    a: { events: [1, 2], details: [1] },
    b: { events: [0, 3], details: [0] },
  });
});

test('a member that tells nothing, or what cannot be read, gets its share', async () => {
  const a = newAssigner({ generation: 3, partitions: [0, 1, 2, 3] });
  const strange = (memberId: string, userData: Buffer) => ({
    memberId,
    memberMetadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics: ['events'], userData }),
  });
  const members = [a.member('a'), strange('b', Buffer.alloc(0)), strange('c', Buffer.from([0, 1, 255]))];
  const assignment = await assignmentOf(a, { members, topics: ['events'] });
  expect(
    Object.values(assignment)
      .flatMap(({ events }) => events)
      .sort(),
  ).toEqual([0, 1, 2, 3]);
  expect(assignment.a).toEqual({ events: [0, 1] });
});

test.each([
  ['null', null],
  ['', null],
  ['{', null],
  ['7', null],
  ['{"generation":"7","partitions":[1]}', null],
  ['{"generation":7}', null],
  ['{"generation":7,"partitions":[1,"2",3.5,null,4],"more":true}', { generation: 7, partitions: [1, 4] }],
])('user data %j is the claim %j', (text, claim) => {
  expect(claimIn(Buffer.from(text))).toEqual(claim);
});

test('without user data there is no claim', () => {
  expect(claimIn(null)).toBeNull();
});

test('the number of each generation is told, and the coordinator is otherwise as it was', async () => {
  const { cluster, admitted } = newAssigner(null);
  const coordinator = (await cluster.findGroupCoordinator({ groupId: 'g' })) as unknown as {
    joinGroup(request: object): Promise<object>;
    name(): string;
    kept: string;
  };
  expect(await coordinator.joinGroup({})).toEqual({ generationId: 7 });
  await coordinator.joinGroup({});
  expect(admitted).toEqual([7, 8]);
  expect([coordinator.name(), coordinator.kept]).toEqual(['its own', 'its own']);
});
