import { HighlightStyle } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** JSON on a dark ground. */
export const darkHighlightStyle = HighlightStyle.define([
  { tag: tags.propertyName, color: '#7cc4fa' },
  { tag: tags.string, color: '#a5d6a7' },
  { tag: tags.number, color: '#ffcc80' },
  { tag: [tags.bool, tags.null], color: '#ce93d8' },
  { tag: tags.invalid, color: '#ff8a80' },
]);
