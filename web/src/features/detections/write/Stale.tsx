import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { OwnRuleWithEtag } from '@/data/detections/rules';
import { IconUsers } from '@/ui/icons';
import { Callout } from '@/ui/states';
import { Ago } from '@/ui/time';
import { YamlText } from '@/ui/yaml/YamlText';

/** Somebody saved this rule while it was open here. Nothing was saved; both versions are at hand, and the person decides. */
export function Stale({ now, onTheirs, onMine }: { now: OwnRuleWithEtag; onTheirs: () => void; onMine: () => void }) {
  const [shown, setShown] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Save stands below the editor: from there, this may be out of sight.
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div ref={box}>
      <Callout
        tone="warn"
        role="alert"
        icon={<IconUsers size={18} aria-hidden />}
        title={
          <>
            <bdi>{now.updatedBy ?? 'Somebody else'}</bdi> changed this rule <Ago time={now.own.attributes.updated_at} />. Yours was not saved, and is still here.
          </>
        }
      >
        <p className="pk-muted">Going on with the stored version sets yours aside; it can be brought back until this page is left. Saving yours replaces the stored one.</p>
        {shown && <YamlText text={now.own.attributes.text} label="The rule as it is stored now" />}
        <div>
          <Button size="xs" variant="default" mt={8} mr={8} aria-expanded={shown} onClick={() => { setShown(!shown); }}>
            {shown ? 'Hide the stored version' : 'Show the stored version'}
          </Button>
          <Button size="xs" variant="default" mt={8} mr={8} onClick={onTheirs}>
            Go on with the stored version
          </Button>
          <Button size="xs" color="red" mt={8} onClick={onMine}>
            Save mine in its place
          </Button>
        </div>
      </Callout>
    </div>
  );
}
