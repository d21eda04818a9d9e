import { NavLink } from '@mantine/core';
import { useHashLocation } from '../base/location';
import { CreatePage } from './indexPatterns/CreatePage';
import { DetailPage } from './indexPatterns/DetailPage';
import { ListPage } from './indexPatterns/ListPage';
import { IndicesPage } from './indices/IndicesPage';
import classes from './Management.module.css';
import { SavedObjectsPage } from './objects/SavedObjectsPage';
import { PATHS, sectionOf, type Section } from './sections';
import { SettingsPage } from './settings/SettingsPage';

const LINKS: { label: string; path: string; sections: Section['name'][] }[] = [
  {
    label: 'Index patterns',
    path: PATHS.indexPatterns,
    sections: ['indexPatterns', 'indexPattern', 'createIndexPattern'],
  },
  { label: 'Indices', path: PATHS.indices, sections: ['indices'] },
  { label: 'Saved objects', path: PATHS.objects, sections: ['objects'] },
  { label: 'Advanced settings', path: PATHS.settings, sections: ['settings'] },
];

/** Index patterns, indices, saved objects and settings. */
export function ManagementPage() {
  const section = sectionOf(useHashLocation().path);
  return (
    <div className={classes.page}>
      <nav className={classes.side} aria-label="Management">
        {LINKS.map((link) => (
          <NavLink
            key={link.path}
            href={`#${link.path}`}
            label={link.label}
            active={link.sections.includes(section.name)}
            w="auto"
            style={{ whiteSpace: 'nowrap', borderRadius: 4 }}
          />
        ))}
      </nav>
      <div className={classes.content}>
        <SectionPage section={section} />
      </div>
    </div>
  );
}

function SectionPage({ section }: { section: Section }) {
  switch (section.name) {
    case 'indexPatterns':
      return <ListPage />;
    case 'createIndexPattern':
      return <CreatePage />;
    case 'indexPattern':
      return <DetailPage key={section.id} id={section.id} />;
    case 'indices':
      return <IndicesPage />;
    case 'objects':
      return <SavedObjectsPage />;
    case 'settings':
      return <SettingsPage />;
  }
}
