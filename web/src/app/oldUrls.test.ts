import { expect, test } from 'vitest';
import { rootLocation } from './oldUrls';

const PROXY = '/api/v1/namespaces/kube-system/services/kibana-logging/proxy/';

test.each([
  ['/', '/', null],
  ['/', '/#/discover?_g=()', null],
  ['/', '/app/kibana', '/#/discover'],
  ['/', '/app/kibana#/discover?_g=()&_a=(index:x)', '/#/discover?_g=()&_a=(index:x)'],
  ['/', '/app/kibana#/management/kibana/index_patterns?_g=()', '/#/management/kibana/index_patterns?_g=()'],
  ['/', '/app/discover', '/#/discover'],
  ['/', '/app/discover#/?_g=(time:(from:now-1h))', '/#/discover?_g=(time:(from:now-1h))'],
  ['/', '/app/discover#/view/abc?_g=()', '/#/discover/view/abc?_g=()'],
  ['/', '/app/management/kibana/indexPatterns', '/#/management/kibana/indexPatterns'],
  ['/', '/app/dev_tools#/console', '/#/dev_tools/console'],
  ['/', '/s/team/app/discover#/?_g=()', '/#/discover?_g=()'],
  [PROXY, `${PROXY}app/kibana#/discover`, `${PROXY}#/discover`],
  [PROXY, `${PROXY}app/discover#/`, `${PROXY}#/discover`],
])('below %s: %s → %s', (root, href, expected) => {
  expect(rootLocation(`http://host${root}`, `http://host${href}`)).toBe(expected);
});
