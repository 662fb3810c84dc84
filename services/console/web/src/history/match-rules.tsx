import { activityTypes } from '@adherence/domain/model.ts';
import { useState } from 'preact/hooks';
import type { MatchRule } from '../api/setup-types.ts';
import { activityName } from '../components/activity-name.tsx';
import { directory } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { withoutRule, withRule } from './what-if.ts';

interface MatchRulesProps {
  readonly rules: readonly MatchRule[];
  readonly inForce: readonly MatchRule[];
  readonly onChange: (rules: readonly MatchRule[]) => void;
}

/** Rules to try out: those in force can be taken out, others put in. */
export function MatchRules({ rules, inForce, onChange }: MatchRulesProps) {
  const [rule, setRule] = useState<MatchRule>({ actual: 'offline', scheduled: 'type:Break' });
  const known = [...inForce, ...rules.filter((each) => !inForce.some((other) => isSame(each, other)))];
  return (
    <fieldset class="match-rules">
      <legend>{t('whatIf.matches')}</legend>
      <ul>
        {known.map((each) => (
          <li key={`${each.actual}|${each.scheduled}`}>
            <label class="switch">
              <input
                type="checkbox"
                checked={rules.some((other) => isSame(each, other))}
                onChange={(event) =>
                  onChange(event.currentTarget.checked ? withRule(rules, each) : withoutRule(rules, each))
                }
              />
              {t('whatIf.rule', { actual: operandName(each.actual), scheduled: operandName(each.scheduled) })}
            </label>
          </li>
        ))}
      </ul>
      <div class="range-picker">
        {(['actual', 'scheduled'] as const).map((side) => (
          <label key={side}>
            <span>{t(`whatIf.${side}`)}</span>
            <select
              value={rule[side]}
              onChange={(event) => setRule({ ...rule, [side]: event.currentTarget.value })}
            >
              {operands(side).map((operand) => (
                <option key={operand} value={operand}>
                  {operandName(operand)}
                </option>
              ))}
            </select>
          </label>
        ))}
        <button type="button" onClick={() => onChange(withRule(rules, rule))}>
          {t('whatIf.addRule')}
        </button>
      </div>
    </fieldset>
  );
}

function operands(side: 'actual' | 'scheduled'): string[] {
  const activities = [...directory.value.activities.keys()].map((id) => `activity:${id}`);
  return [
    ...(side === 'actual' ? ['offline'] : []),
    ...activityTypes.map((type) => `type:${type}`),
    ...activities,
  ];
}

function operandName(operand: string): string {
  if (operand === 'offline') return t('activity.offline');
  if (operand.startsWith('activity:')) return activityName(operand.slice('activity:'.length));
  const type = activityTypes.find((each) => `type:${each}` === operand);
  return type ? t(`whatIf.type.${type}`) : operand;
}

const isSame = (a: MatchRule, b: MatchRule): boolean => a.actual === b.actual && a.scheduled === b.scheduled;
