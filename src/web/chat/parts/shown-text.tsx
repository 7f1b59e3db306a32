/** Text that somebody typed: isolated in its direction, and with marks where characters would act on what is around. */

import { shownParts } from '../state/shown-text.js'

export function ShownText({ text }: { readonly text: string }) {
  return (
    <bdi class="shown-text" dir="auto">
      {shownParts(text).map((part) =>
        part.isMark ? (
          <span class="mark" title="an invisible character">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </bdi>
  )
}
