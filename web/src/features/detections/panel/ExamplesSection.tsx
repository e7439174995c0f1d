import { useState } from 'react';
import type { DetectionRule, RuleExample } from '@/api/types';
import { IconCircleCheck, IconMinus } from '@/ui/icons';
import { JsonView } from '@/ui/json/JsonView';
import { span } from '@/ui/timeText';
import { Section } from './Section';
import classes from './panel.module.css';

/** What the rule has to match and what it must leave alone, as its author wrote it. */
export function ExamplesSection({ rule }: { rule: DetectionRule }) {
  const { examples } = rule.attributes;
  if (examples === undefined || examples.matching.length + examples.not_matching.length === 0) return null;
  return (
    <Section title="Examples">
      <Examples title="Matching" of={examples.matching} matching />
      <Examples title="Not matching" of={examples.not_matching} matching={false} />
    </Section>
  );
}

function Examples({ title, of, matching }: { title: string; of: RuleExample[]; matching: boolean }) {
  if (of.length === 0) return null;
  const Icon = matching ? IconCircleCheck : IconMinus;
  return (
    <ul className={classes['examples']} aria-label={title}>
      {of.map((example, index) => (
        <li key={index}>
          <Example example={example} Icon={Icon} title={title} matching={matching} />
        </li>
      ))}
    </ul>
  );
}

function Example({ example, Icon, title, matching }: { example: RuleExample; Icon: typeof IconMinus; title: string; matching: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary data-matching={matching}>
        <Icon size={15} aria-hidden />
        <span>
          <span className="pk-muted">{title}:</span> {example.about ?? 'an event'}
        </span>
      </summary>
      {open &&
        example.events.map((event, index) => (
          <div key={index} className={classes['record']}>
            {(event.times > 1 || event.at_seconds > 0) && (
              <p className="pk-muted">
                {event.at_seconds > 0 && `After ${span(event.at_seconds)}`}
                {event.at_seconds > 0 && event.times > 1 && ', '}
                {event.times > 1 && `${String(event.times)} times, one every ${span(event.every_seconds)}`}
              </p>
            )}
            <JsonView text={event.record} />
          </div>
        ))}
    </details>
  );
}
