import { memo } from 'react';
import { richPieces } from '../../base/doc/rich';
import classes from './RichText.module.css';

/** A log text with its search highlights and ANSI colours. */
export const RichText = memo(function RichText({ text }: { text: string }) {
  if (!text.includes('\u001b') && !text.includes('@kibana-highlighted-field@')) return text;
  return richPieces(text).map((piece, index) => {
    const colored = piece.color !== undefined || piece.bold;
    const inner = colored ? (
      <span className={classes.ansi} data-color={piece.color} data-bold={piece.bold || undefined}>
        {piece.text}
      </span>
    ) : (
      piece.text
    );
    // Pieces of one text never change their order.
    // eslint-disable-next-line react/no-array-index-key
    return piece.mark ? (
      <mark key={index} className={classes.mark}>
        {inner}
      </mark>
    ) : (
      <span key={index}>{inner}</span>
    );
  });
});
