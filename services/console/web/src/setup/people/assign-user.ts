import { ApiError, getVersioned, putVersioned } from '../../api/client.ts';
import type { FullPerson } from '../../api/setup-types.ts';

const tries = 3;

/**
 * Gives an external user to a person. Adding contradicts nothing that others write, so it is done again on what they
 * wrote, and is done once whoever else did it; an ApiError of 409 says to whom the user belongs already.
 */
export async function assignUser(
  personId: string,
  integrationId: string,
  externalUserId: string,
): Promise<FullPerson> {
  const path = `/people/${encodeURIComponent(personId)}`;
  for (let attempt = 1; ; attempt++) {
    const { value, etag } = await getVersioned<FullPerson>(path);
    const added = { integrationId, externalUserId, validFrom: null, validTo: null };
    if (value.externalUsers.some((user) => isSameUser(user, added))) return value;
    const body = { ...value, externalUsers: [...value.externalUsers, added] };
    try {
      return (await putVersioned<FullPerson>(path, body, etag)).value;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412 || attempt === tries) throw error;
    }
  }
}

type PersonUser = FullPerson['externalUsers'][number];

const isSameUser = (a: PersonUser, b: PersonUser): boolean =>
  a.integrationId === b.integrationId &&
  a.externalUserId === b.externalUserId &&
  a.validFrom === b.validFrom &&
  a.validTo === b.validTo;
