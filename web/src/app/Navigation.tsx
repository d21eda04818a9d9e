import { Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { IconLayoutSidebar, IconMoon, IconSun } from '@tabler/icons-react';
import { ROUTES } from './routes';
import classes from './Shell.module.css';

/** The features as links; folds to icons on narrow screens or when the user wants it so. */
export function Navigation({ active }: { active: string }) {
  const small = useMediaQuery('(max-width: 1100px)', window.innerWidth <= 1100);
  const [folded, setFolded] = useLocalStorage({ key: 'kelp.navigation.folded', defaultValue: false });
  const narrow = small || folded;
  return (
    <nav className={classes.nav} data-narrow={narrow || undefined} aria-label="Main">
      <a className={classes.brand} href="#/discover" aria-label="Kelp">
        <img src="favicon.svg" width={26} height={26} alt="" />
        {!narrow && 'Kelp'}
      </a>
      {ROUTES.map((route) => (
        <Tooltip key={route.name} label={route.label} position="right" disabled={!narrow}>
          <a
            className={classes.link}
            href={`#/${route.name}`}
            aria-label={route.label}
            aria-current={route.name === active ? 'page' : undefined}
          >
            <route.icon size={19} stroke={1.7} />
            {!narrow && route.label}
          </a>
        </Tooltip>
      ))}
      <div className={classes.grow} />
      <ColorSchemeButton narrow={narrow} />
      {!small && (
        <button type="button" className={classes.link} onClick={() => setFolded(!folded)}>
          <IconLayoutSidebar size={19} stroke={1.7} />
          {!narrow && 'Fold navigation'}
        </button>
      )}
    </nav>
  );
}

function ColorSchemeButton({ narrow }: { narrow: boolean }) {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? 'Light mode' : 'Dark mode';
  return (
    <button
      type="button"
      className={classes.link}
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={19} stroke={1.7} /> : <IconMoon size={19} stroke={1.7} />}
      {!narrow && label}
    </button>
  );
}
