import { useState } from 'react';
import type { DetectionRule, RuleExample } from '@/api/types';
import { IconChevronRight } from '@/ui/icons';
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
      <Examples title="Must match" of={examples.matching} />
      <Examples title="Must not match" of={examples.not_matching} />
    </Section>
  );
}

function Examples({ title, of }: { title: string; of: RuleExample[] }) {
  if (of.length === 0) return null;
  return (
    <ul className={classes['examples']} aria-label={title}>
      {of.map((example, index) => (
        <li key={index}>
          <Example example={example} title={title} />
        </li>
      ))}
    </ul>
  );
}

function Example({ example, title }: { example: RuleExample; title: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>
        {/* No check and no cross: nothing here has tried them. */}
        <IconChevronRight size={15} aria-hidden />
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
