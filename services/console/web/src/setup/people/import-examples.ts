/** A few lines of each kind of file, as the API reads them. */
export const importKinds = ['people', 'schedules'] as const;
export type ImportKind = (typeof importKinds)[number];

export const examples: Readonly<Record<ImportKind, string>> = {
  people: [
    'personId,name,team,planningUnitId,integrationId,externalUserId,validFrom,validTo',
    'anna-keller,Anna Keller,Care,default,odigo,anna.keller@centre.example,,',
    'anna-keller,Anna Keller,Care,default,odigo,a.keller@centre.example,2026-01-01,',
    'louis-martin,Louis Martin,Sales,default,odigo,louis.martin@centre.example,,',
    '',
  ].join('\n'),
  schedules: [
    'personId,shiftDate,activityId,start,end',
    'anna-keller,2026-11-18,calls,2026-11-18T09:00,2026-11-18T12:00',
    'anna-keller,2026-11-18,lunch,2026-11-18T12:00,2026-11-18T12:45',
    'anna-keller,2026-11-18,calls,2026-11-18T12:45,2026-11-18T17:00',
    'louis-martin,2026-11-18,,,',
    '',
  ].join('\n'),
};
