import { Menu } from '@mantine/core';
import type { BarQuery } from '../../base/search/query';
import classes from './QueryBar.module.css';

/** Chooses between KQL and Lucene. */
export function LanguageSwitch({
  language,
  onChange,
}: {
  language: BarQuery['language'];
  onChange: (language: BarQuery['language']) => void;
}) {
  return (
    <Menu position="bottom-end" width={290}>
      <Menu.Target>
        <button
          type="button"
          className={classes.language}
          aria-label="Query language"
          data-test-subj="switchQueryLanguageButton"
        >
          {language === 'kuery' ? 'KQL' : 'Lucene'}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onChange('kuery')} data-test-subj="kqlLanguageMenuItem">
          <b>KQL</b>: <code>level: error and status &gt;= 500</code>
        </Menu.Item>
        <Menu.Item onClick={() => onChange('lucene')} data-test-subj="luceneLanguageMenuItem">
          <b>Lucene</b>: <code>level:error AND status:[500 TO *]</code>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
