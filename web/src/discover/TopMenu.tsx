import { Button, Drawer, Modal } from '@mantine/core';
import {
  IconDeviceFloppy,
  IconFilePlus,
  IconFolderOpen,
  IconListSearch,
  IconPlayerPause,
  IconPlayerPlay,
  IconShare3,
} from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { hashUrl, navigate } from '../base/location';
import classes from './Discover.module.css';
import { DownloadMenu } from './DownloadMenu';
import { InspectPanel } from './InspectPanel';
import { OpenPanel } from './OpenPanel';
import { SavePanel } from './SavePanel';
import type { SearchHeaderProps } from './SearchHeader';
import { SharePanel } from './SharePanel';
import { globalText } from './state';

type Panel = 'save' | 'open' | 'share' | 'inspect';

/** New, save, open, share, inspect, download. */
export function TopMenu({ handle, patterns, search, live, onLive }: SearchHeaderProps) {
  const { state, saved } = handle;
  const [panel, setPanel] = useState<Panel | null>(null);
  const close = (): void => setPanel(null);
  const startNew = (): void => navigate(hashUrl('/discover', { _g: globalText(state) }));
  const LiveIcon = live ? IconPlayerPause : IconPlayerPlay;
  return (
    <nav className={classes.actions} aria-label="Search">
      {patterns.pattern?.timeField !== undefined && (
        <Button
          size="compact-sm"
          variant={live ? 'light' : 'subtle'}
          color={live ? 'red' : 'gray'}
          leftSection={<LiveIcon size={15} />}
          data-test-subj="discoverLiveTail"
          aria-pressed={live}
          onClick={() => onLive(!live)}
        >
          Live
        </Button>
      )}
      <MenuButton
        subject="discoverNewButton"
        icon={<IconFilePlus size={15} />}
        label="New"
        onClick={startNew}
      />
      <MenuButton
        subject="discoverSaveButton"
        icon={<IconDeviceFloppy size={15} />}
        label="Save"
        onClick={() => setPanel('save')}
      />
      <MenuButton
        subject="discoverOpenButton"
        icon={<IconFolderOpen size={15} />}
        label="Open"
        onClick={() => setPanel('open')}
      />
      <MenuButton
        subject="shareTopNavButton"
        icon={<IconShare3 size={15} />}
        label="Share"
        onClick={() => setPanel('share')}
      />
      <MenuButton
        subject="openInspectorButton"
        icon={<IconListSearch size={15} />}
        label="Inspect"
        onClick={() => setPanel('inspect')}
      />
      <DownloadMenu
        search={search}
        columns={state.columns}
        timeField={patterns.pattern?.timeField}
        name={saved?.attributes.title ?? patterns.pattern?.title ?? 'logs'}
      />
      <Modal opened={panel === 'save'} onClose={close} title="Save search">
        <SavePanel handle={handle} indexId={patterns.pattern?.id ?? ''} onDone={close} />
      </Modal>
      <Modal opened={panel === 'open'} onClose={close} title="Open a saved search" size="lg">
        <OpenPanel state={state} onDone={close} />
      </Modal>
      <Modal opened={panel === 'share'} onClose={close} title="Share" size="lg">
        <SharePanel handle={handle} search={search} indexId={patterns.pattern?.id} />
      </Modal>
      <Drawer opened={panel === 'inspect'} onClose={close} title="Inspect" position="right" size="xl">
        <InspectPanel search={search} pattern={patterns.pattern} />
      </Drawer>
    </nav>
  );
}

function MenuButton({
  subject,
  icon,
  label,
  onClick,
}: {
  subject: string;
  icon: ReactNode;
  label: string;
  onClick: () => void;
}) {
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={icon}
      data-test-subj={subject}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}
