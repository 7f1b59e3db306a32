/**
 * A long list of which only what is in view is in the document, by `@tanstack/virtual-core`: this binds its virtualizer to
 * a component. Rows are measured where they are drawn.
 */

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core'
import { useLayoutEffect, useReducer, useState } from 'preact/hooks'

export type ListVirtualizer = Virtualizer<HTMLElement, HTMLElement>

type Options = Pick<
  VirtualizerOptions<HTMLElement, HTMLElement>,
  'count' | 'getScrollElement' | 'estimateSize'
> &
  Partial<VirtualizerOptions<HTMLElement, HTMLElement>>

/** @returns the virtualizer of this component, with `options` as they are now; the component is drawn again as it scrolls */
export function useVirtualizer(options: Options): ListVirtualizer {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const complete: VirtualizerOptions<HTMLElement, HTMLElement> = {
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    ...options,
    onChange: () => redraw(undefined),
  }
  const [virtualizer] = useState(() => new Virtualizer(complete))
  virtualizer.setOptions(complete)
  useLayoutEffect(() => virtualizer._didMount(), [])
  useLayoutEffect(() => virtualizer._willUpdate())
  return virtualizer
}
