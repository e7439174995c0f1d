import type { DetectionRule } from '@/api/types';
import { CopyButton } from '@/ui/CopyButton';
import { Skeleton } from '@/ui/states';
import { YamlText } from '@/ui/yaml/YamlText';
import { PartFailed } from './PartFailed';
import { Section } from './Section';

export function TextSection({ rule, error, onRetry }: { rule: DetectionRule; error: Error | null; onRetry: () => void }) {
  const { text } = rule.attributes;
  if (text === '') return null;
  return (
    <Section title="Text" aside={text !== undefined && <CopyButton text={text} what="the rule's text" />}>
      {text !== undefined ? (
        <YamlText text={text} label={`Text of ${rule.attributes.title}`} />
      ) : error ? (
        <PartFailed what="The text" error={error} onRetry={onRetry} />
      ) : (
        <Skeleton height={180} />
      )}
    </Section>
  );
}
