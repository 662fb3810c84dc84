/**
 * The sticky assignment as a partition assigner of kafkajs. Each member tells, when it joins, what it owned last and in
 * which generation (`userData` of the protocol's metadata); the leader deals the partitions out from that.
 */
import { type Assigner, AssignerProtocol, type Cluster, type PartitionAssigner } from 'kafkajs';
import { type Claim, type StickyMember, stickyAssignment } from './sticky-assignment.ts';

export interface AssignerOptions {
  /** What this member owned last; asked for whenever it joins. */
  readonly claim: () => Claim | null;
  /** The coordinator has admitted this member to a generation, whose partitions come with the next GROUP_JOIN. */
  readonly onAdmitted: (generation: number) => void;
}

/** Told by the broker to every member; the group runs the first that all of them know. */
export const stickyProtocol = 'odigo-sticky';

/**
 * Partitions of equal number stay together when a group has several topics. To be listed before the assigner of older
 * releases: a group that still has one of those members uses that one, and this one as soon as the last has left.
 */
export const stickyAssigner =
  ({ claim, onAdmitted }: AssignerOptions): PartitionAssigner =>
  ({ cluster }): Assigner => {
    watchAdmissions(cluster, onAdmitted);
    return {
      name: stickyProtocol,
      version: 0,
      protocol: ({ topics }) => ({
        name: stickyProtocol,
        metadata: AssignerProtocol.MemberMetadata.encode({
          version: 0,
          topics,
          userData: Buffer.from(JSON.stringify(claim())),
        }),
      }),
      async assign({ members, topics }) {
        const counts = new Map(
          topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]),
        );
        const told = members.map(
          ({ memberId, memberMetadata }): StickyMember => ({
            id: memberId,
            claim: claimIn(AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData ?? null),
          }),
        );
        const assigned = stickyAssignment(told, Math.max(0, ...counts.values()));
        return [...assigned].map(([memberId, partitions]) => {
          const assignment = Object.fromEntries(
            [...counts].map(([topic, count]) => [topic, partitions.filter((p) => p < count)]),
          );
          const memberAssignment = AssignerProtocol.MemberAssignment.encode({
            version: 0,
            assignment,
            userData: Buffer.alloc(0),
          });
          return { memberId, memberAssignment };
        });
      },
    };
  };

/** What another release, or another client, may have written counts for nothing where it cannot be read. */
export function claimIn(userData: Buffer | null): Claim | null {
  let told: unknown;
  try {
    told = JSON.parse(userData?.toString('utf8') || 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const { generation, partitions } = (told ?? {}) as Partial<Record<keyof Claim, unknown>>;
  if (typeof generation !== 'number' || !Array.isArray(partitions)) return null;
  return { generation, partitions: partitions.filter((partition) => Number.isInteger(partition)) };
}

interface Admission {
  readonly generationId: number;
}
type Coordinator = Awaited<ReturnType<Cluster['findGroupCoordinator']>> & {
  joinGroup(request: object): Promise<Admission>;
};

/**
 * kafkajs tells nobody the number of a generation, and drops the `userData` of an assignment; the answer to JoinGroup
 * has it. Each consumer has a cluster of its own, so nobody else's coordinator is watched.
 */
function watchAdmissions(cluster: Cluster, onAdmitted: (generation: number) => void): void {
  const find = cluster.findGroupCoordinator.bind(cluster);
  cluster.findGroupCoordinator = async (group) => {
    const coordinator = (await find(group)) as Coordinator;
    return new Proxy(coordinator, {
      get(target, name) {
        if (name !== 'joinGroup') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (request: object): Promise<Admission> => {
          const admission = await target.joinGroup(request);
          onAdmitted(admission.generationId);
          return admission;
        };
      },
    });
  };
}
