/** Colours of activities: the configured one, else one by type, and the text colour that can be read on it. */
import type { ActivityType } from '@adherence/domain/model.ts';
import type { Activity } from '../api/types.ts';

const byType: Readonly<Record<ActivityType, string>> = {
  Presence: '#3b74d1',
  Break: '#d39b2a',
  Meeting: '#8b5cc7',
  Vacation: '#7f93a6',
  Illness: '#a98780',
  Absence: '#8d8d95',
};

export function activityColour(activityId: string, activities: ReadonlyMap<string, Activity>): string {
  const activity = activities.get(activityId);
  const configured = activity?.color;
  if (configured && /^#[0-9a-f]{6}$/i.test(configured)) return configured;
  return byType[activity?.type ?? 'Presence'];
}

/** Dark or light text, whichever has more contrast (WCAG relative luminance). */
export function textColourOn(background: string): '#111418' | '#ffffff' {
  const luminance = luminanceOf(background);
  return (luminance + 0.05) / (darkLuminance + 0.05) > 1.05 / (luminance + 0.05) ? '#111418' : '#ffffff';
}

const darkLuminance = 0.007;

function luminanceOf(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const channel = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
