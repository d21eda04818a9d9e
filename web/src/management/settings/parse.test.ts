import { expect, test } from 'vitest';
import { SETTINGS, type SettingName } from '../../base/settings';
import { parseSetting } from './parse';

test.each<[SettingName, string, string | number, string | null]>([
  ['discover:sampleSize', '100', 100, null],
  ['discover:sampleSize', '0', '0', 'Must be a whole number from 1 to 10000'],
  ['discover:sampleSize', '1e3', '1e3', 'Must be a whole number from 1 to 10000'],
  ['histogram:maxBars', '1001', '1001', 'Must be a whole number from 1 to 1000'],
  ['search:queryLanguage', 'sql', 'sql', 'Must be kuery or lucene'],
  ['dateFormat:tz', ' UTC ', 'UTC', null],
  ['dateFormat:tz', 'Europe/Berlin', 'Europe/Berlin', null],
  ['dateFormat:tz', 'Mars/North', 'Mars/North', 'There is no such time zone'],
  ['timepicker:timeDefaults', '{"from":"now-1h","to":"now"}', '{"from":"now-1h","to":"now"}', null],
  ['timepicker:timeDefaults', '{', '{', 'Must be JSON'],
  ['timepicker:timeDefaults', '5', '5', 'Must be a JSON object'],
])('%s = %s', (name, text, value, problem) => {
  expect(parseSetting(name, text)).toEqual({ value, problem });
});

test('every default is valid', () => {
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    expect(parseSetting(name, String(SETTINGS[name].value)).problem).toBeNull();
  }
});
