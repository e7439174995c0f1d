import type { DetectionRule } from '@/api/types';
import { CopyButton } from '@/ui/CopyButton';
import { ErrorState, Skeleton } from '@/ui/states';
import { YamlText } from '@/ui/yaml/YamlText';
import { Section } from './Section';

export function TextSection({ rule, error, onRetry }: { rule: DetectionRule; error: Error | null; onRetry: () => void }) {
  const { text } = rule.attributes;
  if (text === '') return null;
  return (
    <Section title="Text" aside={text !== undefined && <CopyButton text={text} what="the rule's text" />}>
      {text !== undefined ? (
        <YamlText text={text} label={`Text of ${rule.attributes.title}`} />
      ) : error ? (
        <ErrorState title="The text could not be loaded" error={error} onRetry={onRetry} />
      ) : (
        <Skeleton height={180} />
      )}
    </Section>
  );
}
