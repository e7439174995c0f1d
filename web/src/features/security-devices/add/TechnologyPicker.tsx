import { Anchor, TextInput } from '@mantine/core';
import { IconChevronRight, IconSearch } from '@/ui/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Plugin } from '@/api/types';
import { pluginsQuery } from '@/data/plugins/plugins';
import { EmptyState, ErrorState, Skeleton } from '@/ui/states';
import { TechnologyLogo } from '@/ui/TechnologyLogo';
import classes from './add.module.css';

function finds(plugin: Plugin, text: string): boolean {
  const { display_name, company_name, vendor_name, vendor_type, description, plugin_slug } = plugin.attributes;
  const hay = [display_name, company_name, vendor_name, vendor_type, description, plugin_slug].join('\n').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

/** The first step of adding: which technology? */
export function TechnologyPicker() {
  const [text, setText] = useState('');
  const plugins = useQuery(pluginsQuery);
  const navigate = useNavigate();
  const found = (plugins.data ?? []).filter((plugin) => finds(plugin, text.trim()));
  useEffect(() => {
    document.title = 'Add Security Device · Picket';
  }, []);
  return (
    <div className={classes.page}>
      <div className={classes.column}>
        <Anchor component={Link} to="/settings/security-devices" size="sm">
          Security Devices
        </Anchor>
        <h1>Add Security Device</h1>
        <TextInput
          type="search"
          label="Search technology"
          placeholder="1Password"
          autoFocus
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            const only = found[0];
            if (event.key === 'Enter' && only && found.length === 1) {
              void navigate({
                to: '/settings/security-devices',
                search: { setupIntegration: only.attributes.plugin_slug },
              });
            }
          }}
        />
        {plugins.isPending && <Skeleton height={64} />}
        {plugins.error && (
          <ErrorState
            title="The technologies could not be loaded"
            error={plugins.error}
            onRetry={() => void plugins.refetch()}
          />
        )}
        {plugins.isSuccess && found.length === 0 && (
          <EmptyState title="Nothing found" text={`No technology that Picket can connect matches "${text}".`} />
        )}
        <ul className={classes.technologies}>
          {found.map((plugin) => (
            <li key={plugin.id}>
              <Link
                to="/settings/security-devices"
                search={{ setupIntegration: plugin.attributes.plugin_slug }}
                className={classes.technology}
              >
                <TechnologyLogo plugin={plugin} />
                <span className={classes.technologyText}>
                  <strong>{plugin.attributes.display_name}</strong>
                  <span className="pk-muted">{plugin.attributes.description}</span>
                </span>
                <IconChevronRight size={16} aria-hidden />
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
